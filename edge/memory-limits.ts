/** Imported first, before anything has grown: an agent lives on a gateway's memory, and its work makes little garbage. */
import { setFlagsFromString } from 'node:v8';

// The young generation stays as small as it begins: 4 MB less.
setFlagsFromString('--semi-space-growth-factor=1');
