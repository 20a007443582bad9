/** How programs write a secret: each of these by other means than the product's own. */
export const ENCODED: Record<string, (value: string) => string> = {
  'as it is': (value) => value,
  'JSON.stringify': (value) => inside(JSON.stringify(value)),
  'JSON in JSON': (value) => inside(JSON.stringify(JSON.stringify(value))).replace(/^\\"|\\"$/g, ''),
  'JSON with \\/': (value) => inside(JSON.stringify(value)).replaceAll('/', '\\/'),
  'JSON in ASCII, as of Python': (value) => ascii(JSON.stringify(value), small),
  'JSON in ASCII, in capitals': (value) => ascii(JSON.stringify(value), (text) => small(text).toUpperCase()),
  'JSON for HTML, as of Go': (value) =>
    inside(JSON.stringify(value)).replaceAll(/[<>&\u2028\u2029]/g, (one) => `\\u${small(one)}`),
  'JSON, every character by number': (value) => units(value, small),
  'JSON, every character by number in capitals': (value) => units(value, (text) => small(text).toUpperCase()),
  hexadecimal: (value) => Buffer.from(value).toString('hex'),
  'hexadecimal in capitals': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  encodeURIComponent: (value) => encodeURIComponent(value),
  'encodeURIComponent in small digits': (value) =>
    encodeURIComponent(value).replaceAll(/%../g, (one) => one.toLowerCase()),
  encodeURI: (value) => encodeURI(value),
  'a form': (value) => new URLSearchParams({ x: value }).toString().slice(2),
  'a query': (value) => {
    const url = new URL('https://example.com/');
    url.searchParams.set('x', value);
    return url.search.slice(3);
  },
  'RFC 3986': (value) =>
    encodeURIComponent(value).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
  'every byte by number': (value) => percent(value),
  'every byte by number in capitals': (value) => percent(value).toUpperCase(),
};

function inside(json: string): string {
  return json.slice(1, -1);
}

function small(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}

function ascii(json: string, number: (unit: string) => string): string {
  return inside(json).replaceAll(/\\\\|\\u(....)|[\x80-\uffff]/g, (unit, digits: string | undefined) => {
    if (unit === '\\\\') return unit;
    return `\\u${number(digits === undefined ? unit : String.fromCharCode(Number.parseInt(digits, 16)))}`;
  });
}

function units(value: string, number: (unit: string) => string): string {
  return value
    .split('')
    .map((unit) => `\\u${number(unit)}`)
    .join('');
}

function percent(value: string): string {
  return Buffer.from(value).toString('hex').replaceAll(/../g, '%$&');
}
