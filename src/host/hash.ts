type Crypto = typeof import('node:crypto'); // eslint-disable-line typescript/consistent-type-imports

/** SHA-256 in lower-case hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return crypto().hash('sha256', data);
}

/** SHA-256 with a key, in lower-case hexadecimal: who lacks the key cannot try values against it. */
export function keyedSha256(key: Uint8Array, data: string): string {
  return crypto().createHmac('sha256', key).update(data).digest('hex');
}

/** Loaded when it is first needed: most starts need no hash, and it costs a tenth of Node's own start. */
function crypto(): Crypto {
  return process.getBuiltinModule('node:crypto');
}
