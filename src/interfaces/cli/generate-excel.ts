import { parseArgs } from 'node:util';
import { type GenerateWorkbookOptions, generateWorkbook } from '../../infrastructure/excel/generate-workbook.ts';

const USAGE = `Writes an Excel workbook of made-up tickets, to try the import with.

  --rows N     rows below the header (default 5000, at most 1048575)
  --bad SHARE  share of rows with a mistake, 0 to 1 (default 0.01)
  --seed N     the same seed gives the same tickets (default 1)
  --out FILE   where to write (default tickets_<rows>.xlsx)
  --help       shows this`;

const MAX_ROWS = 1_048_575;
const MAX_SEED = 4_294_967_295;

try {
  const options = parseOptions(process.argv.slice(2), new Date());
  if (options === null) {
    console.log(USAGE);
  } else {
    const { rows, bad } = await generateWorkbook(options);
    console.log(`Wrote ${options.out}: ${rows} rows, ${bad} of them with a mistake.`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** The options as numbers, or null when help is asked for. Throws an Error with a sentence on anything that makes no sense. */
function parseOptions(args: string[], now: Date): GenerateWorkbookOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '5000' },
      bad: { type: 'string', default: '0.01' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const rows = number('--rows', values.rows, 1, MAX_ROWS, true);
  const badShare = number('--bad', values.bad, 0, 1, false);
  const seed = number('--seed', values.seed, 0, MAX_SEED, true);
  if (values.out === '') throw new Error('--out must name a file.');
  return { rows, badShare, seed, out: values.out ?? `tickets_${rows}.xlsx`, now };
}

function number(option: string, text: string, min: number, max: number, whole: boolean): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw new Error(`${option} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not "${text}".`);
}
