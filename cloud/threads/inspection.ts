/** The thread that looks at the data folder while the cloud runs: only it waits for what is large. */
import { parentPort, workerData } from 'node:worker_threads';
import { wholeLook } from '../inspection/inspection.ts';
import { rpcOver } from './rpc.ts';
import type { InspectionCalls, InspectionData } from './threads.ts';

const { folder } = workerData as InspectionData;
rpcOver<Record<string, never>, InspectionCalls>(parentPort as NonNullable<typeof parentPort>, { look: () => wholeLook(folder), async stop() {} });
