import { join } from 'node:path';
import { Api } from '../../test/smoke/api.ts';
import { generate } from '../../test/smoke/workbook.ts';
import { type ServerProcess, startServer } from '../../test/support/server-process.ts';
import type { Benchmark, Outcome, Stage, Table } from '../harness/benchmark.ts';
import { figure, withRange } from '../harness/statistics.ts';
import { type AlertFigures, measureAlerts } from './alerts.ts';
import { type ImportFigures, measureImport } from './imports.ts';
import { measureStarts } from './starts.ts';

/** What one process does on this machine, from outside; nothing to compare it with, so no limit and no peer. */
export const mainJob: Benchmark = {
  name: 'main-job',
  about:
    'starts, the way from a due instant to a WebSocket frame, and imports of 5,000 and 100,000 rows with the peak of memory',
  run: measure,
};

async function measure(stage: Stage): Promise<Outcome> {
  const server = () => startServer({ command: ['npm', 'start'], env: { DATA_DIR: join(stage.folder, 'data') } });
  const [small, large] = await stage.seeding(async () => [
    await generate(join(stage.folder, 'small.xlsx'), 5_000, 1),
    await generate(join(stage.folder, 'large.xlsx'), 100_000, 2),
  ]);
  stage.say('starts');
  const starts = await measureStarts(server);
  const running: ServerProcess = await server();
  stage.onEnd(() => running.stop());
  const admin = await new Api(running.origin).as('admin@techsupport.pro', 'admin123');
  stage.say('imports');
  const imports = [await measureImport(admin, small), await measureImport(admin, large)];
  stage.say('alerts');
  const alerts = await measureAlerts(admin);
  return {
    tables: [startsTable(starts), alertsTable(alerts), importsTable(imports)],
    goals: [],
    notes: [
      'Every result was checked before its figure counts: exit codes, rows of imports, one alert of each kind a ticket.',
    ],
    figures: { starts, alerts, imports },
  };
}

function startsTable([first = Number.NaN, ...later]: readonly number[]): Table {
  return {
    title: 'from `npm start` to the banner',
    columns: ['', 's'],
    rows: [
      ['the first, with a database to make', figure(first)],
      ['later', withRange(later)],
    ],
  };
}

function alertsTable(alerts: AlertFigures): Table {
  const row = (name: string, lags: readonly number[]) => [name, `${lags.length}`, withRange(lags, 0)];
  return {
    title: 'from the due instant to the frame, tickets due one after the other',
    columns: ['', 'alerts', 'ms'],
    rows: [row('breached', alerts.breached), row('at risk', alerts.atRisk)],
  };
}

function importsTable(imports: readonly ImportFigures[]): Table {
  return {
    title: 'imports, from the upload to the end',
    columns: ['', 's', 'rows/s', 'peak RSS, MiB'],
    rows: imports.map(({ rows, seconds, peakMiB }) => [
      `${figure(rows, 0)} rows`,
      figure(seconds),
      figure(rows / seconds, 0),
      figure(peakMiB, 0),
    ]),
  };
}
