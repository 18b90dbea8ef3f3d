import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createApiClient } from '../src/interfaces/cli/demo/api-client.ts';
import { AGENT_PASSWORD } from '../src/interfaces/cli/demo/people.ts';
import { DEMO_ADMIN } from '../src/interfaces/cli/demo/server-process.ts';
import { REPOSITORY, startServer } from './support/server-process.ts';
import { makeTestFolder } from './support/test-folder.ts';

const POLICIES = 'query Policies { slaPolicies { tier resolutionMinutes } }';
interface Policies {
  readonly slaPolicies: readonly { readonly tier: string; readonly resolutionMinutes: number }[];
}

/** The minutes promised to each tier, as the server at `origin` says to the admin. */
async function promised(origin: string) {
  const api = createApiClient(origin);
  await api.signIn(DEMO_ADMIN.email, DEMO_ADMIN.password);
  const { slaPolicies } = await api.run<Policies>(POLICIES);
  await api.close();
  return Object.fromEntries(slaPolicies.map(({ tier, resolutionMinutes }) => [tier, resolutionMinutes]));
}

test('a live desk works tickets and takes in a workbook until Ctrl-C, which leaves the usual promises behind', async () => {
  const folder = makeTestFolder();
  onTestFinished(folder.remove);
  const child = spawn(process.execPath, [join('dist', 'interfaces', 'cli', 'demo.js'), '--live'], {
    cwd: REPOSITORY,
    env: { ...process.env, DATA_DIR: folder.path, DATABASE_URL: '', REDIS_URL: '', MONGO_URI: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  await vi.waitFor(() => expect(said).toMatch(/TSP-\d+ +taken +\w+ \w+\n/), { timeout: 60_000, interval: 100 });
  await vi.waitFor(() => expect(said).toMatch(/import +ended .*1,980 rows are in, 20 are dead letters/), {
    timeout: 60_000,
    interval: 100,
  });
  const [, origin = ''] = /dashboard +(http:\S+)/.exec(said) ?? [];
  expect(await promised(origin)).toEqual({ VIP: 2, NORMAL: 4 });
  await createApiClient(origin).signIn('ana.sousa@demo.example.com', AGENT_PASSWORD);
  expect(said).not.toContain('left to you');

  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect({ code, said: said.split('\n').slice(-4) }).toMatchObject({ code: 0 });
  const again = await startServer({
    env: { DATA_DIR: join(folder.path, 'demo'), ADMIN_PASSWORD: DEMO_ADMIN.password },
  });
  onTestFinished(() => again.kill());
  expect(await promised(again.origin)).toEqual({ VIP: 120, NORMAL: 1440 });
}, 150_000);
