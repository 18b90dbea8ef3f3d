import type { Reporter, TestModule } from 'vitest/node';
import { type Ledger, type PrintedLedger, sum } from './ledger.ts';

const COLUMNS = ['acknowledged', 'found', 'lost', 'repeated'] as const satisfies (keyof Ledger)[];

/** Prints, after each file of the soak, what it did and the ledgers of its tests as a table; at the end the sum of all. */
export class SoakReport implements Reporter {
  readonly #all: Ledger[] = [];

  onTestModuleEnd(file: TestModule): void {
    const tests = [...file.children.allTests()];
    const metas = tests.map((test) => test.meta());
    const failed = tests.filter((test) => test.result().state === 'failed').length;
    const rounds = metas.reduce((total, meta) => total + (meta.rounds ?? 0), 0);
    const seconds = Math.round(file.diagnostic().duration / 1_000);
    const ledgers = joined(metas.flatMap((meta) => meta.ledgers ?? []));
    this.#all.push(...ledgers.map(({ ledger }) => ledger));
    const facts = [
      `${tests.length} tests`,
      failed > 0 || file.state() === 'failed' ? `${failed} FAILED` : 'all passed',
      ...(rounds > 0 ? [`${rounds} random rounds`] : []),
      `${seconds} s`,
    ];
    console.log(`\nSOAK ${file.relativeModuleId}: ${facts.join(', ')}`);
    if (ledgers.length > 0) console.log(table(ledgers));
  }

  onTestRunEnd(files: readonly TestModule[]): void {
    const failed = files.filter((file) => file.state() === 'failed').length;
    const told = Object.entries(sum(this.#all)).map(([name, value]) => `${name} ${value}`);
    console.log(`\nSOAK in all: ${files.length} files, ${failed} failed; ${told.join(', ')}`);
  }
}

/** One row for each thing that was counted, however many tests counted it. */
function joined(ledgers: readonly PrintedLedger[]): PrintedLedger[] {
  const rows = new Map<string, PrintedLedger>();
  for (const each of ledgers) {
    const { what, ledger, measured } = each;
    const before = rows.get(what);
    rows.set(
      what,
      before ? { what, ledger: sum([before.ledger, ledger]), measured: before.measured || measured } : each,
    );
  }
  return [...rows.values()];
}

function table(ledgers: readonly PrintedLedger[]): string {
  const rows = [
    ['', ...COLUMNS],
    ...ledgers.map(({ what, ledger }) => [what, ...COLUMNS.map((column) => String(ledger[column]))]),
  ];
  const widths = ['', ...COLUMNS].map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  ');
  return rows
    .flatMap((row, n) => {
      const measured = ledgers[n - 1]?.measured;
      return [`  ${line(row)}`, ...(measured ? measured.split('; ').map((fact) => `      ${fact}`) : [])];
    })
    .join('\n');
}
