// A process of its own that holds an embedded Postgres: for tests that kill it, starve it, or start it twice.
import { startEmbeddedPostgres } from '../../src/infrastructure/embedded/start-embedded-postgres.ts';

const [dataDir = ''] = process.argv.slice(2);
const log = { info: () => undefined, warn: (_fields: object, message: string) => console.error(message) };

try {
  const started = await startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' } });
  console.log(JSON.stringify({ url: started.url, dataDir: started.dataDir }));
  process.stdin.resume().once('end', () => void started.stop());
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.name : 'unknown', message: String(error) }));
  process.exitCode = 1;
}
