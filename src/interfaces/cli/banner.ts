import { existsSync } from 'node:fs';
import { FIRST_ADMIN_EMAIL, LOCAL_ADMIN_PASSWORD } from '../../application/user/seed-first-admin.ts';
import type { Config } from '../../config.ts';
import { DASHBOARD_FOLDER } from '../http/dashboard-route.ts';

interface Facts {
  readonly config: Config;
  readonly port: number;
  /** null: a database that is not ours. */
  readonly dataDir: string | null;
}

/** What a person wants to know once the server is up. */
export function banner({ config, port, dataDir }: Facts): string {
  const { host } = config.http;
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const base = `http://${shown}:${port}`;
  const password = config.auth.adminPassword === undefined ? LOCAL_ADMIN_PASSWORD : 'the password in ADMIN_PASSWORD';
  const place = ['Data', dataDir ?? 'the database in DATABASE_URL'];
  if (config.role === 'worker') {
    const probes = [['Health', `${base}/health/ready`], ['Metrics', `${base}/metrics`], place];
    return page('TechSupport Pro, a worker, is ready. Ctrl-C stops it.', probes);
  }
  return page('TechSupport Pro is ready. Ctrl-C stops it.', [
    ...(existsSync(DASHBOARD_FOLDER) ? [['Dashboard', `${base}/`]] : []),
    ['GraphQL', `${base}/graphql  (WebSocket: ${base.replace('http', 'ws')}/graphql)`],
    ...(config.graphql.introspection ? [['GraphiQL', `${base}/graphiql`]] : []),
    ['Health', `${base}/health/ready`],
    place,
    ['Sign in', `${FIRST_ADMIN_EMAIL} / ${password}  (first start; yours if you changed it)`],
  ]);
}

function page(title: string, lines: readonly (readonly string[])[]): string {
  const rows = lines.map(([name, value]) => `  ${name?.padEnd(9)} ${value}`);
  return ['', `  ${title}`, '', ...rows, ''].join('\n');
}
