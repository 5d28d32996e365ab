import './tokens.css';
import './base.css';
import { mount } from 'svelte';
import App from './app/App.svelte';

const target = document.getElementById('page');
if (!target) throw new Error('the page has no #page element');
mount(App, { target });
