// A client that starts the command it is given, writes until nothing more is taken, says so, and never reads.
import { spawn } from 'node:child_process';

const [, , command, ...args] = process.argv;
const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
const piece = Buffer.alloc(64 * 1024);
let taken = 0;
for (let left = 128; left > 0; left -= 1) server.stdin.write(piece, () => (taken += 1));
setInterval(() => {}, 60_000);

let before = 0;
const timer = setInterval(() => {
  if (taken > 0 && taken === before) {
    console.log('full');
    clearInterval(timer);
  }
  before = taken;
}, 1000);
