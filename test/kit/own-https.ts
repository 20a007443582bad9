import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A server on this machine, under its own name, with a certificate that nobody else signed; and a directory that ends with it. */
export async function serveHttps(
  listener: RequestListener,
  onFinished: (end: () => void) => void = onTestFinished,
): Promise<{ readonly address: string; readonly ca: string; readonly directory: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'msr-registry-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-keyout', key, '-out', cert, '-subj', '/CN=registry', '-addext', `subjectAltName=DNS:${hostname()}`],
  ]);
  const ca = readFileSync(cert, 'utf8');
  const server = createServer({ key: readFileSync(key), cert: ca }, listener);
  // A client on a loaded machine comes back to a connection after the five seconds that Node.js keeps one.
  server.keepAliveTimeout = 60_000;
  server.listen(0);
  await once(server, 'listening');
  onFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { address: `https://${hostname()}:${(server.address() as AddressInfo).port}/`, ca, directory };
}
