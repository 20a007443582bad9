import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { figure, ratio } from '../figure.js';
import { REPOSITORY } from '../home.js';
import { interleave, median } from '../rounds.js';

/** @type {import('../row.js').Row} */
export const mask = {
  name: 'mask',
  about: 'masking of 50 secrets of 12 bytes and more',
  async measure({ rounds }) {
    const { compileMask } = createRequire(import.meta.url)(`${REPOSITORY}/dist/masking.cjs`);
    const secrets = Array.from({ length: 50 }, (_, index) => ({ name: `SECRET_${index}`, value: secret(index) }));
    const masking = compileMask(secrets);
    const single = compileMask(secrets.slice(0, 1));
    const texts = { json: repeated(answer), begun: repeated((index) => secret(index % 50).slice(0, -1)) };
    // What it is made for: each value, as it is and nothing else, looked for by what Node.js has for it.
    const values = secrets.map(({ value }) => Buffer.from(value));
    const search = () => values.every((value) => !texts.json.includes(value));

    const rates = await interleave(
      {
        json: () => rate(texts.json, () => masking.maskBytes(texts.json) === texts.json),
        one: () => rate(texts.json, () => single.maskBytes(texts.json) === texts.json),
        chunks: () => rate(texts.json, () => inChunks(masking.stream(), texts.json) === texts.json.length),
        begun: () => rate(texts.begun, () => masking.maskBytes(texts.begun) === texts.begun),
        search: () => rate(texts.json, search),
      },
      Math.min(rounds, 7),
    );
    return [
      figure('in JSON that holds none', median(rates.json), 'MB/s', { atLeast: 2000 }),
      ratio('over looking for the bare values one after the other', rates.json, rates.search),
      figure('of one secret alone', median(rates.one), 'MB/s'),
      figure('in a stream of 64 KiB at a time', median(rates.chunks), 'MB/s'),
      figure('in a text of nothing but beginnings of secrets', median(rates.begun), 'MB/s'),
    ];
  },
};

const BYTES = 16 * 1024 * 1024;
const CHUNK = 64 * 1024;

/** Of 12 to 39 characters, with the beginnings that tokens have. @param {number} index */
function secret(index) {
  const beginning = ['ghp_', 'sk-', 'AKIA', 'xoxb-', 'pw'][index % 5];
  const hash = createHash('sha256').update(`secret ${index}`).digest('base64url');
  return `${beginning}${hash}`.slice(0, 12 + ((index * 7) % 28));
}

/** What a server answers with: prose, identifiers, hashes, times and addresses. @param {number} index */
function answer(index) {
  const hash = createHash('sha1').update(`answer ${index}`).digest('hex');
  const words = Array.from(hash, (digit) => WORDS[(Number.parseInt(digit, 16) * 7 + index) % WORDS.length]);
  const text = JSON.stringify({
    sha: hash,
    url: `https://api.example.com/repos/${words[0]}/${words[1]}/commits/${hash}`,
    message: words.join(' '),
    author: { login: words[2], id: index * 7919, date: '2026-08-31T12:00:00Z' },
  });
  return JSON.stringify({ jsonrpc: '2.0', id: index, result: { content: [{ type: 'text', text }], isError: false } });
}

const WORDS = (
  'the of and to in is it for that with as on be at by this from or an are not was but can all has if one when file ' +
  'function returns error path server client request answer value list fix add remove test build commit branch user'
).split(' ');

/** @param {(index: number) => string} line */
function repeated(line) {
  const lines = [];
  for (let [length, index] = [0, 0]; length < BYTES; index += 1) {
    const next = line(index);
    lines.push(next);
    length += next.length + 1;
  }
  return Buffer.from(lines.join('\n')).subarray(0, BYTES);
}

/**
 * @param {{ push(chunk: Buffer): Buffer; end(): Buffer }} stream
 * @param {Buffer} text
 */
function inChunks(stream, text) {
  let length = 0;
  for (let at = 0; at < text.length; at += CHUNK) length += stream.push(text.subarray(at, at + CHUNK)).length;
  return length + stream.end().length;
}

/**
 * @param {Buffer} text
 * @param {() => boolean} work Whether it found what is so.
 */
async function rate(text, work) {
  const begun = performance.now();
  if (!work()) throw new Error('the text was changed');
  return text.length / (performance.now() - begun) / 1000;
}
