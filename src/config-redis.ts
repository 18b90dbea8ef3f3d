/** Where Redis is: one server, a cluster by some of its nodes, or the primary that sentinels name. */
export interface RedisAddress {
  readonly kind: 'server' | 'cluster' | 'sentinel';
  /** Of the server, of nodes, or of sentinels; at least one. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Number of the database; a cluster has only 0. */
  readonly database: number;
  /** By which sentinels know the primary; of them only. */
  readonly primaryName: string | undefined;
}

/** How this installation uses Redis. */
export interface RedisSettings {
  readonly address: RedisAddress;
  /** What each of its keys and channels begins with; in braces, so that a cluster keeps them in one slot. */
  readonly keyPrefix: string;
  /** Start although the server may throw jobs away when its memory is full. */
  readonly allowEviction: boolean;
}

const FORM = /^(redis|rediss)(?:-(cluster|sentinel))?:\/\/(?:([^@]*)@)?([^/@?#]*)(?:\/([^?#]*))?$/;
const HOST = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;
const DEFAULT_PORTS = { server: 6_379, cluster: 6_379, sentinel: 26_379 } as const;

/**
 * Reads `redis://user:password@host:6379/0`, `redis-cluster://host:6379,host:6379` or
 * `redis-sentinel://host:26379,host:26379/primary-name/0`; `rediss` instead of `redis` speaks TLS. null: none of these.
 */
export function parseRedisUrl(url: string): RedisAddress | null {
  const [, scheme, form, credentials = '', hostList = '', path = ''] = FORM.exec(url.trim()) ?? [];
  if (scheme === undefined) return null;
  const kind = form === 'cluster' || form === 'sentinel' ? form : 'server';
  const hosts = hostList.split(',').map((text) => hostIn(text.trim(), DEFAULT_PORTS[kind]));
  const parts = path === '' ? [] : path.split('/');
  const primaryName = kind === 'sentinel' ? parts.shift() : undefined;
  const [database = '0', ...rest] = parts;
  const [username, password] = credentialsIn(credentials);
  if (rest.length > 0 || !/^\d{1,5}$/.test(database) || username === null || password === null) return null;
  if (kind === 'server' && hosts.length > 1) return null;
  if (kind === 'cluster' && Number(database) !== 0) return null;
  if (kind === 'sentinel' && !primaryName) return null;
  const known = hosts.filter((host) => host !== null);
  if (known.length < hosts.length) return null;
  return { kind, hosts: known, tls: scheme === 'rediss', username, password, database: Number(database), primaryName };
}

/** The address as it may be shown: without user and password. */
export function redisPlace({ kind, hosts }: RedisAddress): string {
  const places = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(', ');
  return kind === 'server' ? places : `the ${kind} ${places}`;
}

function hostIn(text: string, defaultPort: number): { host: string; port: number } | null {
  const [, v6, name, port] = HOST.exec(text) ?? [];
  const host = v6 ?? name;
  const number = port === undefined ? defaultPort : Number(port);
  return host === undefined || number < 1 || number > 65_535 ? null : { host, port: number };
}

/** User and password; undefined where there is none, null where it is not percent-encoded. */
function credentialsIn(text: string): [string | undefined | null, string | undefined | null] {
  const colon = text.indexOf(':');
  const [username, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  return [decoded(username), decoded(password)];
}

function decoded(text: string): string | undefined | null {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    return null;
  }
}
