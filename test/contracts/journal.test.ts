import { OwnJournal } from '../kit/own-journal.ts';
import { journalContract } from './journal.ts';

journalContract('The journal in SQLite', async () => new OwnJournal().open());
