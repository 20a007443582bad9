import type { Host } from '../plan/host.ts';
import { keeperOf } from '../plan/keeper-of.ts';
import { isKept } from './find-tool.ts';
import { runtimeDirectory } from './tool-environment.ts';

/**
 * The address of the account’s message bus: the client’s if it is a socket of the account’s, else that of the login
 * session. A client may start us without one; and of the kinds of address that there are, `unixexec:` starts a program.
 */
export function sessionBus(host: Host): string | undefined {
  const given = /^unix:path=(\/[\w./-]+)(?:,guid=[0-9a-f]+)?$/.exec(
    host.variable('DBUS_SESSION_BUS_ADDRESS') ?? '',
  )?.[1];
  const runtime = runtimeDirectory(host, host.account.uid);
  const path = [given, runtime === undefined ? undefined : `${runtime}/bus`].find(
    (one) => one !== undefined && isOurs(one, host),
  );
  return path === undefined ? undefined : `unix:path=${path}`;
}

/** Everyone may write a bus’s socket: dbus-daemon(1) asks who connects. So its directory is what counts. */
function isOurs(path: string, host: Host): boolean {
  const real = host.real(path);
  const facts = real === undefined ? undefined : host.file(real);
  if (real === undefined || facts?.kind !== 'other' || facts.uid !== host.account.uid) return false;
  return isKept(keeperOf(real.slice(0, real.lastIndexOf('/')) || '/', host));
}
