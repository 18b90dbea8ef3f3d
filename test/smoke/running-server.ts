// The main job against a server that runs already, on an empty database: `npx tsx test/smoke/running-server.ts http://localhost:3000`.
// ADMIN_PASSWORD: what its first admin signs in with. Prints each step as a sentence, and exits 1 when one failed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRunning } from './running.ts';
import { Steps } from './steps.ts';

const [origin = 'http://localhost:3000'] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'techsupport-smoke-'));
const steps = new Steps();
try {
  const adminPassword = process.env.ADMIN_PASSWORD ?? 'admin123';
  await steps.story(`The main job at ${origin}`, () =>
    checkRunning(steps, { origin, adminPassword, folder, promises: true }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${steps.passed} passed, ${steps.failed} failed`);
process.exit(steps.failed === 0 ? 0 : 1);
