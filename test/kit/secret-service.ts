import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A message bus with a Secret Service of its own, gnome-keyring's, in the directory of a test. */
export class SecretService {
  readonly #home: string;
  readonly #children: ChildProcess[] = [];

  constructor(home: string) {
    this.#home = home;
  }

  get address(): string {
    return `unix:path=${this.#home}/run/bus`;
  }

  /** The bus alone. It starts nothing by itself: a machine without a Secret Service has one such. */
  async startBus(): Promise<void> {
    mkdirSync(`${this.#home}/run`, { mode: 0o700 });
    // The bus of a session would start a service that a package left for it; `--config-file` leaves them out.
    const config = `${this.#home}/run/bus.conf`;
    writeFileSync(
      config,
      `<busconfig><type>session</type><listen>${this.address}</listen><auth>EXTERNAL</auth><policy context="default">
        <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
    );
    this.#start('/usr/bin/dbus-daemon', [`--config-file=${config}`, '--nofork'], '');
    await this.#until(() =>
      this.run(
        'dbus-send',
        '--session',
        '--print-reply',
        '--dest=org.freedesktop.DBus',
        '/',
        'org.freedesktop.DBus.GetId',
      ),
    );
  }

  /** With its keyring unlocked, as logging in to a desktop does. */
  async startService(): Promise<void> {
    mkdirSync(`${this.#home}/.local/share/keyrings`, { recursive: true, mode: 0o700 });
    this.#start('/usr/bin/gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], 'a password');
    const login = '/org/freedesktop/secrets/collection/login';
    const label = ['org.freedesktop.DBus.Properties.Get', 'string:org.freedesktop.Secret.Collection', 'string:Label'];
    await this.#until(() =>
      this.run('dbus-send', '--session', '--print-reply', '--dest=org.freedesktop.secrets', login, ...label),
    );
  }

  lock(): void {
    const login = 'array:objpath:/org/freedesktop/secrets/collection/login';
    const call = [
      '--dest=org.freedesktop.secrets',
      '/org/freedesktop/secrets',
      'org.freedesktop.Secret.Service.Lock',
      login,
    ];
    this.run('dbus-send', '--session', '--print-reply', ...call);
  }

  /** A program of the desktop, with this input. */
  run(program: string, ...args: readonly string[]): boolean {
    return this.runWith('', program, ...args).status === 0;
  }

  runWith(input: string, program: string, ...args: readonly string[]) {
    return spawnSync(`/usr/bin/${program}`, args, { env: this.#env(), input, encoding: 'utf8', timeout: 10_000 });
  }

  stop(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  #env(): Record<string, string> {
    return {
      PATH: '/usr/bin:/bin',
      HOME: this.#home,
      XDG_RUNTIME_DIR: `${this.#home}/run`,
      DBUS_SESSION_BUS_ADDRESS: this.address,
    };
  }

  #start(file: string, args: readonly string[], input: string): void {
    const child = spawn(file, args, { env: this.#env(), stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin?.end(input);
    this.#children.push(child);
  }

  async #until(isSo: () => boolean): Promise<void> {
    for (let tries = 0; !isSo(); tries += 1) {
      if (tries > 200) throw new Error('the Secret Service did not start');
      await delay(50);
    }
  }
}
