/** What the tab of the queues says. */
export const queuesTexts = {
  title: 'Queues',
  table: 'Job queues',
  read: 'Read',
  calm: 'Nothing waits, nothing failed.',
  summary: (waiting: number, active: number, failed: number) =>
    [
      waiting === 1 ? '1 job waits' : `${waiting.toLocaleString()} jobs wait`,
      `${active.toLocaleString()} running`,
      failed === 0 ? 'nothing failed within the last day' : `${failed.toLocaleString()} failed within the last day`,
    ].join(', '),
  failedWords:
    'A failed job has used up its tries. What it would have done is found again by the next round, every 15 s; the log of the server has the reason under “job failed”.',
  columns: {
    queue: 'Queue',
    waiting: 'Waiting',
    active: 'Running',
    delayed: 'Later',
    completed: 'Done, 24 h',
    failed: 'Failed, 24 h',
    state: 'State',
  },
  state: { paused: 'Paused', failed: 'Has failures', busy: 'Working', idle: 'Idle' },
  names: {
    imports: ['Imports', 'reads uploaded files'],
    'import-first-chunks': ['Import starts', 'the first rows of each import'],
    'import-chunks': ['Import chunks', 'the other rows, in bundles'],
    'import-rows': ['Import rows', 'rows that are tried again one by one'],
    'sla-sweep': ['Promises', 'looks for promises that break'],
    'policy-moves': ['Policy moves', 'moves open tickets to an edited policy'],
    projections: ['Reports', 'keeps the reports up to date'],
    maintenance: ['Upkeep', 'clears what is no longer kept'],
  } as Readonly<Record<string, readonly [string, string]>>,
  letters: {
    title: 'Dead letters',
    words: 'Rows that imports could not take in. Correct the reason and try them again, or discard them.',
    none: 'No dead letters',
    noneWords: 'Every row of every import is in, or was discarded.',
    count: (n: number) => (n === 1 ? '1 row' : `${n.toLocaleString()} rows`),
    import: 'See the import',
    unnamed: 'An import',
    columns: { row: 'Row', reasons: 'Why', tried: 'Tried', at: 'Last tried', actions: 'Actions' },
    tried: (n: number) => (n === 1 ? 'once' : `${n} times`),
    cells: (row: number) => `Cells of row ${row}`,
    cellsShort: 'Cells',
    blank: 'blank',
    noHeader: 'no header',
    retry: 'Try again',
    retryOf: (row: number, file: string) => `Try again: row ${row} of ${file}`,
    discard: 'Discard',
    discardOf: (row: number, file: string) => `Discard: row ${row} of ${file}`,
    retryAll: 'Try all again',
    retryAllOf: (file: string) => `Try all again: ${file}`,
    discardAll: 'Discard all',
    discardAllOf: (file: string) => `Discard all: ${file}`,
    trying: 'being tried again',
    outcome: (taken: number, refused: number) =>
      refused === 0
        ? `${taken === 1 ? '1 row is' : `${taken.toLocaleString()} rows are`} in now`
        : taken === 0
          ? 'Refused again: the reason still stands'
          : `${taken.toLocaleString()} in now, ${refused.toLocaleString()} refused again`,
    ask: (n: number) => (n === 1 ? 'Discard this row?' : `Discard ${n.toLocaleString()} rows?`),
    askWords: (n: number, file: string) =>
      `${n === 1 ? 'The row' : `All ${n.toLocaleString()} dead letters`} of ${file} ${n === 1 ? 'is' : 'are'} deleted for good: it cannot be tried again, nor be downloaded for correction.`,
    discarded: (n: number) => (n === 1 ? '1 row was discarded' : `${n.toLocaleString()} rows were discarded`),
  },
} as const;

/** What the tab of the health says. */
export const healthTexts = {
  title: 'Health',
  overall: {
    ready: ['Everything works', 'All that the server depends on answers as it should.'],
    degraded: [
      'It works, but less well than it should',
      'Tickets and promises are served; see below what is not as it should be.',
    ],
    unavailable: ['It does not work', 'Something is away that nothing works without.'],
    stopping: ['This server is stopping', 'It finishes what it has begun and takes nothing new.'],
    unknown: ['The server said something unknown', 'It may be newer than this page: reload it.'],
  } as Readonly<Record<string, readonly [string, string]>>,
  checks: {
    postgres: ['Database', 'Keeps tickets, promises and everything else.'],
    migrations: ['Structure of the database', 'Fits this version of the server.'],
    mongo: ['Archive of imports', 'Keeps imported rows (MongoDB).'],
    queues: ['Job queues', 'Carry imports, sweeps and reports.'],
    'wake-up': ['Wake-up between processes', 'Lets live events arrive at once.'],
  } as Readonly<Record<string, readonly [string, string]>>,
  status: { up: 'Works', degraded: 'Less well', down: 'Away' } as Readonly<Record<string, string>>,
  critical: 'Nothing works without it.',
  optional: 'Tickets and promises go on without it.',
  latency: (ms: string) => `Answered in ${ms} ms.`,
  dependencies: 'What it depends on',
  numbers: 'Numbers of this process',
  facts: {
    uptime: 'Running for',
    running: 'Promises that run',
    overdue: 'Overdue, nobody told',
    subscribers: 'Live subscribers',
    lag: 'Event loop, late by',
    memory: 'Memory',
  },
  milliseconds: (n: number) => `${n.toLocaleString(undefined, { maximumFractionDigits: 1 })} ms`,
  megabytes: (bytes: number) => `${Math.round(bytes / 1_048_576).toLocaleString()} MB`,
  overdueGood: '0, healthy',
  overdueBad: 'Promises have broken and nobody was told: see that a worker is running.',
  problem: 'The numbers could not be read just now.',
  unreadable: 'The answer of the server was not understood.',
  oneProcess: 'Asked of the process that answers this page; others of the same desk answer for themselves.',
} as const;
