import { readWaiting, type Waiting } from './waiting.ts';

/** What of pip's configuration an installation goes by. */
export interface PipConfig {
  readonly index: string;
  /** Whether packages may come from elsewhere as well: `extra-index-url`, `find-links`, `no-index`. */
  readonly others: readonly string[];
  /** The proxy of a company network. */
  readonly proxy: string | undefined;
  /** A file with whom to trust, in place of whom pip trusts. */
  readonly cert: string | undefined;
  readonly clientCert: string | undefined;
  readonly waiting: Waiting;
}

export const PYPI = 'https://pypi.org/simple/';

/**
 * Texts of pip.conf files, the weakest first, as one configuration: `[global]`, and `[install]` before it, as pip has it
 * for `pip install`. What is not here has no say in what is installed.
 */
export function readPipConfig(texts: readonly string[]): PipConfig {
  const sections = new Map<string, Map<string, string>>();
  for (const [section, key, value] of texts.flatMap(parse)) {
    const known = sections.get(section) ?? new Map<string, string>();
    sections.set(section, known.set(key, value));
  }
  const all = new Map([...(sections.get('global') ?? []), ...(sections.get('install') ?? [])]);
  const index = all.get('index-url') ?? all.get('pypi-url') ?? PYPI;
  return {
    index: index.endsWith('/') ? index : `${index}/`,
    others: OTHERS.filter((key) => (all.get(key) ?? '') !== '' && !(key === 'no-index' && isNo(all.get(key)))),
    proxy: filled(all.get('proxy')),
    cert: filled(all.get('cert')),
    clientCert: filled(all.get('client-cert')),
    waiting: readWaiting(all.get('timeout') ?? all.get('default-timeout'), 1, all.get('retries')),
  };
}

const OTHERS = ['extra-index-url', 'find-links', 'no-index'];

function isNo(value: string | undefined): boolean {
  return value !== undefined && /^(?:0|no|false|off)$/i.test(value);
}

function filled(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** As configparser reads it: `key = value` or `key: value`, and lines that go on are indented. Names as pip compares them. */
function parse(text: string): [section: string, key: string, value: string][] {
  const found: [string, string, string][] = [];
  let section = '';
  for (const line of text.replace(/^\u{FEFF}/u, '').split(/\r?\n/)) {
    if (/^\s*(?:[#;].*)?$/.test(line)) continue;
    const last = found.at(-1);
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, key, value = ''] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) section = name;
    else if (/^\s/.test(line) && last) last[2] = `${last[2]}\n${line.trim()}`.trim();
    else if (key !== undefined) found.push([section, normal(key), value]);
  }
  return found;
}

function normal(key: string): string {
  return key.toLowerCase().replaceAll('_', '-').replace(/^--/, '');
}
