import { describe } from 'vitest';
import { earlyEnds } from '../kit/early-ends.ts';

describe('a SIGTERM during the start', () => earlyEnds(5));
