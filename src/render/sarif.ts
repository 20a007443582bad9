import type { Finding, Place } from '../finding/finding.ts';
import type { Ident } from '../finding/ident.ts';
import { fileFromRoot } from './file-from-root.ts';
import { findingPage } from './finding-page.ts';
import { jsonText } from './json-text.ts';
import { sarifLink, sarifText } from './sarif-text.ts';

export interface SarifOptions {
  /** Ours, as semver. */
  readonly version: string;
  /** Absolute. A file below it is named relative to it: that is how code scanning finds it in the repository. */
  readonly root: string;
  /**
   * The file that was checked: a finding without a place stands at its beginning. Code scanning refuses a whole log for
   * one result without a location (github/codeql-action#1738).
   */
  readonly subject: string;
  /** In hexadecimal. */
  readonly sha256: (text: string) => string;
}

/** Findings as one run of SARIF 2.1.0, with what GitHub's code scanning asks for beyond the standard. */
export function sarif(findings: readonly Finding[], options: SarifOptions): string {
  const idents = [...new Set(findings.map(({ ident }) => ident))].toSorted();
  const fingerprints = fingerprintsOf(findings, options);
  const driver = { name: 'mcp-secure-run', semanticVersion: options.version, rules: idents.map(rule) };
  const results = findings.map((finding, index) => ({
    ...result(finding, options),
    ruleIndex: idents.indexOf(finding.ident),
    partialFingerprints: { [FINGERPRINT]: fingerprints[index] },
  }));
  return jsonText({
    version: '2.1.0',
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  });
}

/** Both descriptions and the help are required by code scanning. */
function rule(ident: Ident): object {
  const words = ident.replaceAll('-', ' ');
  const page = findingPage(ident);
  return {
    id: ident,
    shortDescription: { text: words },
    fullDescription: { text: `${words}: see ${page}` },
    help: { text: `what it means and what to do: ${page}` },
  };
}

/** Code scanning shows a related location only where the message links to it. */
function result(finding: Finding, { root, subject }: SarifOptions): object {
  const { ident, severity, message, hint, related = [] } = finding;
  const links = related.map((other, index) => sarifLink(other.message, index + 1));
  return {
    ruleId: ident,
    level: severity,
    message: { text: [sarifText(message), ...links, sarifText(`hint: ${hint}`)].join('\n') },
    locations: [{ physicalLocation: physical(placeOf(finding, subject), root) }],
    relatedLocations: related.map((other, index) => ({
      id: index + 1,
      message: { text: sarifText(other.message) },
      physicalLocation: physical(other.place, root),
    })),
  };
}

function placeOf({ place }: Finding, subject: string): Place {
  return place ?? { file: subject, line: 1, column: 1, length: 0 };
}

/** Columns count from 1, as ours do; the end is the column behind the last one. */
function physical({ file, line, column, length }: Place, root: string): object {
  return {
    artifactLocation: { uri: uriOf(file, root) },
    region: { startLine: line, startColumn: column, endLine: line, endColumn: column + length },
  };
}

/** Every component is escaped whole, so that a name is never read as a scheme, a query or a fragment. */
function uriOf(file: string, root: string): string {
  const path = fileFromRoot(file, root)
    .split('/')
    .map((name) => encodeURIComponent(name.replace(/\p{Cs}/gu, '\uFFFD')))
    .join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}

/**
 * A name of our own: code scanning's `primaryLocationLineHash` is made by its upload action, which warns of any other
 * value there (github/codeql-action, src/fingerprints.ts).
 */
const FINGERPRINT = 'findingHash/v1';

/**
 * What makes findings of two runs the same: ident, file and message, never the line. Of those that share all three,
 * which one it is, so that they stay apart.
 */
function fingerprintsOf(findings: readonly Finding[], { root, subject, sha256 }: SarifOptions): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const uri = uriOf(placeOf(finding, subject).file, root);
    const hash = sha256(JSON.stringify([finding.ident, uri, finding.message]));
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return `${hash}:${count}`;
  });
}
