import type { Actor } from '../../src/domain/actor.ts';
import { joseAccessTokens } from '../../src/infrastructure/auth/access-tokens.ts';
import { createCaller, type GraphqlCaller } from './graphql-client.ts';
import type { ServerPlace } from './server-place.ts';
import type { Ended, ServerProcess } from './server-process.ts';

const JWT_SECRET = 'a secret of the tests, more than 32 bytes long';

const ENVIRONMENT = {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  JWT_SECRET,
  BCRYPT_COST: '4',
  RATE_LIMIT_MAX: '0',
  RATE_LIMIT_USER_MAX: '0',
  // Few people follow much.
  SOCKETS_PER_USER: '100000',
  // Many processes share one Postgres.
  DATABASE_POOL_MAX: '6',
  IMPORT_CONCURRENCY: '2',
};

export type ProcessRole = 'api' | 'worker';

/** One process of a fleet. */
export interface Member extends ServerProcess {
  readonly role: ProcessRole;
  /** What its database connections are called. */
  readonly name: string;
}

/** Processes of the built product on one database, as an operator runs them side by side. */
export class Fleet {
  readonly apis: Member[] = [];
  readonly workers: Member[] = [];
  readonly #place: ServerPlace;
  readonly #url: string;
  readonly #env: Readonly<Record<string, string>>;
  #started = 0;

  constructor(place: ServerPlace, databaseUrl: string, env: Readonly<Record<string, string>> = {}) {
    this.#place = place;
    this.#url = databaseUrl;
    this.#env = env;
  }

  /** Starts one of each role that is named, all at once. */
  async start(roles: readonly ProcessRole[], env: Readonly<Record<string, string>> = {}): Promise<Member[]> {
    return Promise.all(roles.map((role) => this.startOne(role, env)));
  }

  async startOne(role: ProcessRole, env: Readonly<Record<string, string>> = {}): Promise<Member> {
    this.#started += 1;
    const name = `${role}-${this.#started}`;
    const url = new URL(this.#url);
    url.searchParams.set('application_name', name);
    const server = await this.#place.start({
      env: { ...ENVIRONMENT, ...this.#env, ROLE: role, DATABASE_URL: url.href, ...env },
    });
    const member = { ...server, role, name };
    this.#of(role).push(member);
    return member;
  }

  /** Ends a process in an orderly way. Callers learn of it only once it has ended, as from a balancer that looks now and then. */
  async stop(member: Member): Promise<Ended> {
    const end = await member.stop('SIGTERM');
    this.leave(member);
    return end;
  }

  /** kill -9. */
  async kill(member: Member): Promise<void> {
    await member.kill();
    this.leave(member);
  }

  /** Forgets a process that others end. */
  leave(member: Member): void {
    const all = this.#of(member.role);
    const at = all.indexOf(member);
    if (at >= 0) all.splice(at, 1);
  }

  /** A token that every API takes, of somebody whose sessions were never ended. */
  async token({ id, role }: Actor, ttlSeconds = 3_600): Promise<string> {
    const tokens = joseAccessTokens({ secret: JWT_SECRET, ttlSeconds });
    return (await tokens.issue({ userId: id, role, sessionEpoch: 1 }, new Date())).token;
  }

  /** Whoever holds the token, as a caller of the n-th API, counted round. */
  caller(token: string, n = 0): GraphqlCaller {
    return createCaller(this.apiAt(n).origin, token);
  }

  apiAt(n: number): Member {
    const api = this.apis[n % this.apis.length];
    if (!api) throw new Error('No API runs.');
    return api;
  }

  #of(role: ProcessRole): Member[] {
    return role === 'api' ? this.apis : this.workers;
  }
}

/** The value of a metric of a process with these labels; 0 when it has none. */
export async function metricOf(member: ServerProcess, name: string, label = ''): Promise<number> {
  return metricIn(await (await fetch(`${member.origin}/metrics`)).text(), name, label);
}

/** The same, in what a process says of its metrics. */
export function metricIn(text: string, name: string, label = ''): number {
  const line = text.split('\n').find((each) => each.startsWith(name) && each.includes(label) && !each.startsWith('#'));
  return Number(line?.split(' ').at(-1) ?? 0);
}
