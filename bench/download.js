// Inside a sandbox: reads from a host of its list through the proxy until the end, and prints megabytes per second.
import { connect } from 'node:net';

const [, , target] = process.argv;
const proxy = new URL(process.env.HTTPS_PROXY ?? '');
const socket = connect({ host: proxy.hostname, port: Number(proxy.port) });
socket.write(`CONNECT ${target} HTTP/1.1\r\n\r\n`);
let begun = 0;
let bytes = 0;
socket.on('data', (chunk) => {
  if (bytes === 0) begun = performance.now();
  bytes += chunk.length;
});
socket.on('end', () => {
  console.log(bytes / 1000 / (performance.now() - begun));
  process.exit(0);
});
