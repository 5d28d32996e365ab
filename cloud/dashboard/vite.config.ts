import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The page: built into dist/page by .tools/build.mjs, served by the cloud at `/` under a strict content security policy (no inline script). */
export default defineConfig({
  plugins: [svelte()],
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1200, rolldownOptions: { checks: { pluginTimings: false } } },
});
