/** The peer: Aedes as it is, with nothing of ours. */
import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { tell } from '../parent.ts';

const aedes = await Aedes.createBroker();
const server = createServer(aedes.handle);
server.listen(0, '127.0.0.1', () => tell({ port: (server.address() as AddressInfo).port }));
