import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client, type ClientOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';
import { clientEnv, COMMAND } from './command.ts';
import type { Home } from './home.ts';

/** How a client starts a server. */
export interface Start {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { progress: number }) => void;
}

/** What the tests want of a client, of either SDK. */
export interface SdkClient {
  connect(): Promise<void>;
  listTools(): Promise<readonly { readonly name: string }[]>;
  /** The text of the result. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  close(): Promise<void>;
  readonly era: string;
  /** Of the launcher, or of a server that was started without it. */
  readonly pid: number;
  /** What the client found strange: an answer to nothing that it asked, a line that is no message. */
  readonly errors: readonly Error[];
}

/** The official clients. Each answers who asks for a name with `Ada`. */
export const CLIENTS = {
  'the first SDK': first,
  'the second SDK': (start) => second(start, {}),
  'the second SDK, `auto`,': (start) => second(start, { versionNegotiation: { mode: 'auto' } }),
  'the second SDK, pinned to 2026-07-28,': (start) => second(start, { versionNegotiation: { mode: PINNED } }),
} satisfies Record<string, (start: Start) => SdkClient>;

export type ClientName = keyof typeof CLIENTS;

/** How a client's configuration starts a server of a policy. */
export function throughUs(home: Home, id: string): Start {
  return { command: process.execPath, args: [COMMAND, 'run', id], env: clientEnv(home) };
}

/** Why a client could not connect. */
export async function failureOf(client: SdkClient) {
  const error = await client.connect().then(
    () => new Error('it connected'),
    (reason: Error) => reason,
  );
  return { name: error.name, message: error.message, code: 'code' in error ? error.code : undefined };
}

const PINNED = { pin: '2026-07-28' };
const WHO = { name: 'test', version: '1.0.0' };
const NAME = { action: 'accept' as const, content: { name: 'Ada' } };

function first(start: Start): SdkClient {
  const client = new FirstClient(WHO, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => NAME);
  const transport = new FirstTransport({ ...start, stderr: 'ignore' });
  const errors: Error[] = [];
  client.onerror = (error) => void errors.push(error); // eslint-disable-line unicorn/prefer-add-event-listener
  onTestFinished(() => client.close());
  return {
    connect: () => client.connect(transport),
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, options = {}) =>
      textOf(await client.callTool({ name, arguments: args }, undefined, options)),
    close: () => client.close(),
    era: 'legacy',
    get pid() {
      return transport.pid ?? 0;
    },
    errors,
  };
}

function second(start: Start, options: ClientOptions): SdkClient {
  const client = new Client(WHO, { capabilities: { elicitation: {} }, ...options });
  client.setRequestHandler('elicitation/create', () => NAME);
  const transport = new StdioClientTransport({ ...start, stderr: 'ignore' });
  const errors: Error[] = [];
  client.onerror = (error) => void errors.push(error); // eslint-disable-line unicorn/prefer-add-event-listener
  onTestFinished(() => client.close());
  return {
    connect: () => client.connect(transport),
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, callOptions = {}) =>
      textOf(await client.callTool({ name, arguments: args }, callOptions)),
    close: () => client.close(),
    get era() {
      return client.getProtocolEra() ?? 'none';
    },
    get pid() {
      return transport.pid ?? 0;
    },
    errors,
  };
}

function textOf(result: object): string {
  const content = 'content' in result && Array.isArray(result.content) ? result.content : [];
  return content.map((part: { text?: string }) => part.text ?? '').join('');
}
