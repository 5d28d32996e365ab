// The peer: Aedes as it is, with nothing of ours. A process of its own; tells its port over IPC and ends with its parent.
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

process.once('disconnect', () => process.exit(0));
const aedes = await Aedes.createBroker();
const server = createServer(aedes.handle);
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
let cpu = process.cpuUsage();
process.on('message', (word) => {
  if (word === 'begin') cpu = process.cpuUsage();
  if (word === 'end') {
    const { user, system } = process.cpuUsage(cpu);
    process.send({ cpuUs: user + system, rss: process.memoryUsage().rss });
  }
});
