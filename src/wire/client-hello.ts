/** How a tunnel begins: undefined while too little was received to tell. */
export type Beginning =
  | { readonly kind: 'tls'; readonly serverName: string | undefined }
  /** The first bytes of TLS, and then something else: nobody's to interpret. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'other' };

/** A longer ClientHello is refused. Bytes: with keys for post-quantum exchange they are some 2 KiB. */
export const MAX_HELLO = 64 * 1024;

/** Reads a TLS ClientHello (RFC 8446 §4.1.2), in as many records as it comes, up to the name that it asks for (RFC 6066 §3). */
export function readBeginning(received: Buffer): Beginning | undefined {
  if (received.length === 0) return undefined;
  if (received[0] !== HANDSHAKE) return { kind: 'other' };
  if (received.length < 3) return undefined;
  if (received[1] !== 3) return { kind: 'other' };
  if (received.length > MAX_HELLO) return { kind: 'broken' };

  const hello = helloOf(received);
  if (hello === undefined || hello === 'broken') return hello && { kind: 'broken' };
  try {
    return { kind: 'tls', serverName: serverNameOf(new Reader(hello)) };
  } catch {
    return { kind: 'broken' }; // it says that it is longer than it is
  }
}

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;

/** The body of the first handshake message, put together from its records. */
function helloOf(received: Buffer): Buffer | 'broken' | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at + 5 <= received.length;) {
    const length = received.readUInt16BE(at + 3);
    if (received[at] !== HANDSHAKE || received[at + 1] !== 3 || length === 0) return 'broken';
    parts.push(received.subarray(at + 5, at + 5 + length));
    at += 5 + length;
    const message = Buffer.concat(parts);
    if (message.length < 4) continue;
    if (message[0] !== CLIENT_HELLO) return 'broken';
    const size = message.readUIntBE(1, 3);
    if (size > MAX_HELLO) return 'broken';
    if (message.length >= 4 + size) return message.subarray(4, 4 + size);
  }
  return undefined;
}

/** Throws where the message ends before its own lengths say so, or names two hosts. */
function serverNameOf(hello: Reader): string | undefined {
  hello.skip(2 + 32); // version and random
  hello.vector(1); // session
  hello.vector(2); // cipher suites
  hello.vector(1); // compression
  if (hello.isAtEnd) return undefined;
  const extensions = new Reader(hello.vector(2));
  let name: string | undefined;
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const body = new Reader(extensions.vector(2));
    if (type !== SERVER_NAME) continue;
    const names = new Reader(body.vector(2));
    if (name !== undefined || names.number(1) !== HOST_NAME) throw new RangeError('another kind of name');
    name = names.vector(2).toString('latin1');
    if (!names.isAtEnd) throw new RangeError('more than one name');
  }
  return name;
}

const SERVER_NAME = 0;
const HOST_NAME = 0;

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  number(size: number): number {
    const value = this.#bytes.readUIntBE(this.#at, size); // throws beyond the end
    this.#at += size;
    return value;
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#bytes.length) throw new RangeError('beyond the end');
  }

  /** A length in so many bytes, and as many bytes as it says. */
  vector(size: number): Buffer {
    const length = this.number(size);
    const start = this.#at;
    this.skip(length);
    return this.#bytes.subarray(start, start + length);
  }
}
