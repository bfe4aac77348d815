// aedes as a process of its own, for the broker bench: `node broker-aedes.js <port>`.

import { createServer } from 'node:net';
import process from 'node:process';
import { Aedes } from 'aedes';

const aedes = await Aedes.createBroker();
createServer({ noDelay: true }, aedes.handle).listen(Number(process.argv[2]), '127.0.0.1');
