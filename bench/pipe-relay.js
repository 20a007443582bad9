// The least that a launcher written for Node can be: it starts what it is told to and pipes. What `run` adds is
// measured over this.
import { spawn } from 'node:child_process';

const [file = '', ...args] = process.argv.slice(2);
const child = spawn(file, args, { stdio: 'pipe' });
process.stdin.pipe(child.stdin);
child.stdout.pipe(process.stdout);
child.stderr.pipe(process.stderr);
child.stdin.on('error', () => {}); // the server ended first, and its exit code says how
child.on('close', (code) => process.exit(code ?? 1));
