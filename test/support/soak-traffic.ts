import { randomUUID } from 'node:crypto';
import { type Answer, openSocket, plainRequest } from './edge-server.ts';
import { metricIn } from './fleet.ts';
import { PREFLIGHT } from './graphql-requests.ts';
import type { SoakBook } from './soak-book.ts';

export interface Operation {
  /** Under which name it is counted. */
  readonly kind: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Codes that it may be refused with, since others change the same things. */
  readonly refusals?: readonly string[];
  /** Who sends it; null: nobody is signed in. */
  readonly token: string | null;
}

/** A request body that is not JSON of our making. */
export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Data = Record<string, unknown>;
type Bulk = readonly { readonly id: string; readonly errorCode: string | null }[];

/** Sends operations to one server, and enters what came of each, and what it must have left in the audit trail. */
export class SoakTraffic {
  readonly #origin: string;
  readonly book: SoakBook;

  constructor(origin: string, book: SoakBook) {
    this.#origin = origin.replace('localhost', '127.0.0.1');
    this.book = book;
  }

  get socketUrl(): string {
    return `${this.#origin.replace('http', 'ws')}/graphql`;
  }

  get port(): number {
    return Number(new URL(this.#origin).port);
  }

  /** Sends it over HTTP. Returns its data; null: it was refused. */
  async ask<T = Data>(operation: Operation): Promise<T | null> {
    const { query, variables = {}, token } = operation;
    const requestId = randomUUID();
    const { text } = await this.#request({
      headers: { ...bearer(token), 'content-type': 'application/json', 'x-request-id': requestId },
      body: JSON.stringify({ query, variables }),
    });
    return this.#enter<T>(operation, requestId, text);
  }

  /** Uploads a file over HTTP as the variable "file". */
  async upload<T = Data>(operation: Operation, bytes: string, name: string): Promise<T | null> {
    const requestId = randomUUID();
    const part = (field: string, content: string, extra = '') =>
      `--soak\r\ncontent-disposition: form-data; name="${field}"${extra}\r\n\r\n${content}\r\n`;
    const { text } = await this.#request({
      headers: {
        ...bearer(operation.token),
        ...PREFLIGHT,
        'x-request-id': requestId,
        'content-type': 'multipart/form-data; boundary=soak',
      },
      body: [
        part('operations', JSON.stringify({ query: operation.query, variables: { file: null } })),
        part('map', JSON.stringify({ 0: ['variables.file'] })),
        part('0', bytes, `; filename="${name}"`),
        '--soak--\r\n',
      ].join(''),
    });
    return this.#enter<T>(operation, requestId, text);
  }

  /** Sends it over a WebSocket of its own. What it changed is found in the trail by `subjectId`. */
  async askOverSocket<T = Data>(operation: Operation, subjectId: string | null): Promise<T | null> {
    const { query, variables = {}, token } = operation;
    const socket = await openSocket(this.socketUrl, token === null ? {} : { authorization: `Bearer ${token}` }, {});
    socket.subscribe('1', query, variables);
    const message = await Promise.race([socket.next(), socket.closed]);
    socket.raw.close();
    await socket.closed;
    if ('code' in message) {
      this.book.note(operation.kind, String(message.code), operation.refusals ?? []);
      return null;
    }
    const payload = message.type === 'error' ? { errors: message.payload } : message.payload;
    return this.#enter<T>(operation, subjectId, JSON.stringify(payload));
  }

  /** Sends whatever it is told to. Returns the status, and the code of its first error or "ok". */
  async raw(request: RawRequest): Promise<{ readonly status: number; readonly code: string; readonly text: string }> {
    const { status, text } = await this.#request(request);
    return { status, code: codeIn(text), text };
  }

  /** The present value of each of some metrics of the server. */
  async metrics<K extends string>(...names: readonly K[]): Promise<Record<K, number>> {
    const { text } = await this.#request({ method: 'GET', path: '/metrics' });
    return Object.fromEntries(names.map((name) => [name, metricIn(text, `${name} `)])) as Record<K, number>;
  }

  async #request({ method = 'POST', path = '/graphql', headers = {}, body }: RawRequest) {
    const answer = await plainRequest(this.#origin + path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status ?? 0, text: answer.text };
  }

  #enter<T>({ kind, query, variables, refusals = [] }: Operation, key: string | null, text: string): T | null {
    const answer = JSON.parse(text) as Answer;
    const code = answer.errors?.[0]?.extensions.code ?? 'ok';
    this.book.note(kind, code, refusals, `${JSON.stringify(variables)?.slice(0, 200)} ${text.slice(0, 300)}`);
    if (key !== null && query.trimStart().startsWith('mutation')) {
      this.book.entries.push(...entriesOf(query, key, code, answer));
    }
    return code === 'ok' ? ((answer.data ?? null) as T | null) : null;
  }
}

export function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** The code of the first error in an answer; "ok" when there is none, "no JSON" when it is something else. */
export function codeIn(text: string): string {
  try {
    const { errors } = JSON.parse(text) as Answer;
    return errors ? String(errors[0]?.extensions?.code) : 'ok';
  } catch {
    return 'no JSON';
  }
}

/** A document that is not valid names no mutation; of a bulk mutation there is an entry for each ticket. */
function entriesOf(query: string, key: string, code: string, { data }: Answer) {
  const [action = ''] = /\w+/.exec(query.slice(query.indexOf('{'))) ?? [];
  if (code.startsWith('GRAPHQL_')) return [];
  const result = data?.[action];
  if (!action.startsWith('bulk') || !Array.isArray(result)) {
    return [{ key, action, errorCode: code === 'ok' ? null : code }];
  }
  const each = new Map((result as Bulk).map(({ id, errorCode }) => [id, errorCode]));
  return [...each].map(([id, errorCode]) => ({ key: `${key} ${id}`, action, errorCode }));
}
