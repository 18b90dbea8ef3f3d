import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import type { Role } from '../../src/domain/enums.ts';
import { joseAccessTokens } from '../../src/infrastructure/auth/access-tokens.ts';
import { createLogging } from '../../src/infrastructure/observability/logging.ts';
import { type Answer, createCaller, type GraphqlCaller } from './graphql-client.ts';
import { newsSender } from './news.ts';
import { createTestDatabase } from './postgres.ts';
import { makeTicketDue } from './sla-view.ts';

export const JWT_SECRET = 'a secret of the tests, more than 32 bytes long';
export const PASSWORD = 'correct horse battery';

const ENVIRONMENT = {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: '0',
  BCRYPT_COST: '4',
  LOG_LEVEL: 'error',
  RATE_LIMIT_MAX: '0',
  RATE_LIMIT_USER_MAX: '0',
  // Tests follow much with few people.
  SOCKETS_PER_USER: '100000',
  // Several servers share one Postgres.
  DATABASE_POOL_MAX: '6',
  // Tests ask for much at once, on machines that do other things as well.
  REQUEST_QUEUE_SECONDS: '60',
  IMPORT_CONCURRENCY: '4',
  // Tests bring deadlines nearer by changing rows, which is what the audit looks for.
  SLA_AUDIT: 'false',
};

/** Somebody who is signed in: how they call, and who they are. */
export interface Person extends GraphqlCaller {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly refreshToken: string;
}

export interface TestServerOptions {
  /** Variables on top of those that every test server has. */
  readonly env?: Readonly<Record<string, string>>;
  /** A database that another test server made: a second process beside it, or the same one started again. */
  readonly databaseUrl?: string;
}

/** The whole product, composed as `main` does, listening on a free port; on a database of its own unless one is given. */
export async function startTestServer({ env = {}, databaseUrl }: TestServerOptions = {}) {
  const database = databaseUrl ? { url: databaseUrl, drop: async () => undefined } : await createTestDatabase();
  const log: string[] = [];
  const config = loadConfig({ ...ENVIRONMENT, ...env });
  const logging = createLogging({
    level: config.logging.level,
    pretty: false,
    destination: { write: (line) => void log.push(line) },
  });
  const application = await compose({ config, databaseUrl: database.url, jwtSecret: JWT_SECRET, logging });
  const { port } = await application.start();
  const base = `http://127.0.0.1:${port}`;
  const pool = new pg.Pool({ connectionString: database.url, max: 3 });
  pool.on('error', () => undefined);
  const news = newsSender(config.redis, pool);

  /** A caller with this access token; null: nobody is signed in. */
  const as = (token: string | null): GraphqlCaller => createCaller(base, token);
  const nobody = as(null);

  const signIn = async (email: string, password = PASSWORD): Promise<Person> => {
    const { login } = await nobody.ask<{ login: Session }>(LOGIN, { email, password });
    const { accessToken, refreshToken, user } = login;
    return { ...as(accessToken), ...user, refreshToken };
  };
  const admin = await signIn('admin@techsupport.pro', 'admin123');
  let people = 0;

  let stopped: Promise<void> | null = null;
  /** Stops the server and keeps the database. */
  const stop = () => {
    stopped ??= application.stop();
    return stopped;
  };

  return {
    base,
    databaseUrl: database.url,
    /** What was logged as an error, a JSON object per line. */
    log,
    /** The first admin, signed in. */
    admin,
    nobody,
    as,
    signIn,
    stop,
    /** Somebody new in this role, signed in. */
    async person(role: Role): Promise<Person> {
      people += 1;
      const email = `${role.toLowerCase()}-${port}-${people}@example.com`;
      await admin.ask(REGISTER, { input: { email, password: PASSWORD, name: `${role} ${people}`, role } });
      return signIn(email);
    },
    /** A token of this person as the server makes them, that expires after `seconds`. */
    async shortToken({ id, role }: Person, seconds: number): Promise<string> {
      const [row] = await rowsOf<{ session_epoch: number }>(pool, 'SELECT session_epoch FROM users WHERE id = $1', [
        id,
      ]);
      const tokens = joseAccessTokens({ secret: JWT_SECRET, ttlSeconds: seconds });
      return (await tokens.issue({ userId: id, role, sessionEpoch: row?.session_epoch ?? 0 }, new Date())).token;
    },
    /** Rows of a statement on the server's database. */
    sql: <T extends object = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<T[]> =>
      rowsOf<T>(pool, text, values),
    /** Says that there is news, as another process would, after the database was changed behind the server's back. */
    wake: () => news.send(),
    /** Moves the clock of a ticket so that its promise is due at `at`, and tells the server. Minutes are the API's smallest unit. */
    async makeDue(ticketId: string, at: Date): Promise<void> {
      await makeTicketDue(pool, ticketId, at);
      await news.send();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await stop();
      news.close();
      await pool.end();
      await database.drop();
    },
  };
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>;

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: { readonly id: string; readonly email: string; readonly role: Role };
}

const LOGIN = `mutation ($email: String!, $password: String!) {
  login(email: $email, password: $password) { accessToken refreshToken user { id email role } }
}`;
const REGISTER = 'mutation ($input: RegisterUserInput!) { registerUser(input: $input) { id } }';

async function rowsOf<T extends object>(pool: pg.Pool, text: string, values: unknown[]): Promise<T[]> {
  return (await pool.query<T>(text, values)).rows;
}

/** What `ask` gives once `holds` is true of it; asked again every 20 ms, for what no event tells. */
export async function eventually<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    await delay(20);
  }
}

/** The code of the only error of an answer; null when there is none. */
export function codeOf({ errors }: Answer): string | null {
  return errors?.[0]?.extensions?.code ?? null;
}
