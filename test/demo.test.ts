import { describe, expect, test } from 'vitest';
import { barChart } from '../src/interfaces/cli/demo/bar-chart.ts';
import { countdown, duration, minutes, timeOfDay } from '../src/interfaces/cli/demo/numbers.ts';
import { progressBar } from '../src/interfaces/cli/demo/progress-bar.ts';
import { lastWords } from '../src/interfaces/cli/demo/server-process.ts';
import { table } from '../src/interfaces/cli/demo/table.ts';
import { openTerminal } from '../src/interfaces/cli/demo/terminal.ts';
import { cutToWidth, padToWidth, printable, textWidth, wrapToWidth } from '../src/interfaces/cli/demo/text-width.ts';
import { untilAborted, within } from '../src/interfaces/cli/demo/waiting.ts';

const ESC = '\u001b';
const UNENDING = new AbortController().signal;

/** What an output received, and the output. */
function recorder(terminal: { isTTY: true; columns: number; hasColors: () => boolean } | null) {
  const written: string[] = [];
  const output = { write: (text: string | Uint8Array) => written.push(String(text)) > 0, ...terminal };
  return { output, text: () => written.join('') };
}

describe('widths of texts', () => {
  test('wide characters take two columns, marks and colours none', () => {
    expect(textWidth('Köhler')).toBe(6);
    expect(textWidth('Ko\u0308hler')).toBe(6);
    expect(textWidth('東京')).toBe(4);
    expect(textWidth(`${ESC}[31mred${ESC}[0m`)).toBe(3);
  });

  test('a text that is too long ends in an ellipsis within its width', () => {
    expect(cutToWidth('blank page', 10)).toBe('blank page');
    expect(cutToWidth('a blank page', 10)).toBe('a blank p…');
    expect(textWidth(cutToWidth('東京東京', 6))).toBeLessThanOrEqual(6);
  });

  test('padding fills to the width on either side and never cuts', () => {
    expect(padToWidth('7', 3)).toBe('7  ');
    expect(padToWidth('7', 3, 'right')).toBe('  7');
    expect(padToWidth('7000', 3)).toBe('7000');
  });

  test('wrapping breaks between words and keeps every word', () => {
    expect(wrapToWidth('format the cell as a date', 10)).toEqual(['format the', 'cell as a', 'date']);
    expect(wrapToWidth('unbreakable', 4)).toEqual(['unbreakable']);
  });

  test('what came from a workbook cannot drive the terminal', () => {
    expect(printable(`a${ESC}[2Jb\r\nc`)).toBe('a [2Jb c');
  });
});

describe('tables', () => {
  test('columns are as wide as their widest cell and numbers stand on the right', () => {
    const columns = [{ title: 'tier' }, { title: 'tickets', align: 'right' as const }];
    expect(
      table(
        columns,
        [
          ['VIP', '950'],
          ['NORMAL', '4,000'],
        ],
        80,
      ),
    ).toEqual(['tier    tickets', '──────  ───────', 'VIP         950', 'NORMAL    4,000']);
  });

  test('the flexible column gives way when the table is too wide', () => {
    const lines = table([{ title: 'row' }, { title: 'why', flexible: true }], [['118', 'x'.repeat(200)]], 40);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(40);
    expect(lines.at(-1)).toMatch(/^118 {2}x+…$/);
  });

  test('without rows the titles remain, and missing cells are empty', () => {
    expect(table([{ title: 'week' }], [], 80)).toEqual(['week', '────']);
    expect(table([{ title: 'a' }, { title: 'b' }], [['1']], 80).at(-1)).toBe('1');
  });
});

describe('bar charts', () => {
  test('the longest bar takes all the room and the others their share of it', () => {
    const [long, half] = barChart([{ label: '2026-01', parts: [10, 10], note: '20' }, { label: '2026-02', parts: [10], note: '10' }], 33); // biome-ignore format: side by side
    expect(long).toBe('2026-01  ██████████▒▒▒▒▒▒▒▒▒▒  20');
    expect(half).toBe('2026-02  ██████████            10');
  });

  test('something never looks like nothing, and nothing has no bar', () => {
    const lines = barChart([{ label: 'a', parts: [0, 1], note: '' }, { label: 'b', parts: [1000], note: '' }, { label: 'c', parts: [0], note: '' }], 20); // biome-ignore format: side by side
    expect(lines[0]).toBe('a  ▒');
    expect(lines[2]).toBe('c');
  });

  test('zeros alone and no bars at all are drawn without a bar', () => {
    expect(barChart([{ label: 'a', parts: [0], note: '0' }], 12)).toEqual(['a          0']);
    expect(barChart([], 80)).toEqual([]);
  });
});

describe('progress and time', () => {
  test('a progress bar keeps its width whatever the share', () => {
    for (const share of [-1, 0, 0.001, 0.337, 0.5, 0.999, 1, 2, Number.NaN]) {
      expect(textWidth(progressBar(share, 28))).toBe(28);
    }
    expect(progressBar(0.5, 4)).toBe('██░░');
    expect(progressBar(1, 4)).toBe('████');
  });

  test('a countdown rounds up, so that 0:00 means now, and shows overdue time with a sign', () => {
    expect(countdown(60_000)).toBe('1:00');
    expect(countdown(59_001)).toBe('1:00');
    expect(countdown(1)).toBe('0:01');
    expect(countdown(0)).toBe('0:00');
    expect(countdown(-999)).toBe('0:00');
    expect(countdown(-3_000)).toBe('-0:03');
  });

  test('durations take two units at most and carry into the next', () => {
    expect(minutes(0.5)).toBe('30 s');
    expect(minutes(59.6)).toBe('1 h 00 min');
    expect(minutes(614)).toBe('10 h 14 min');
    expect(minutes(24 * 60)).toBe('1 d 00 h');
    expect(minutes(3_150)).toBe('2 d 05 h');
    expect(duration(840)).toBe('840 ms');
    expect(duration(2_130)).toBe('2.1 s');
  });

  test('instants are shown in UTC to the millisecond', () => {
    expect(timeOfDay('2026-11-23T14:03:22.114Z')).toBe('14:03:22.114');
    expect(timeOfDay('2026-11-23T14:03:22.114+02:00')).toBe('12:03:22.114');
  });
});

describe('the terminal', () => {
  test('a stream that is no terminal gets plain lines only', () => {
    const { output, text } = recorder(null);
    const terminal = openTerminal(output);
    terminal.status('half way');
    terminal.lines(terminal.paint('red', 'BREACHED'));
    expect(text()).toBe('BREACHED\n');
  });

  test('a terminal without colours still has its moving line', () => {
    const { output, text } = recorder({ isTTY: true, columns: 80, hasColors: () => false });
    const terminal = openTerminal(output);
    terminal.status('0:02 left');
    terminal.status('0:01 left');
    terminal.lines(terminal.paint('red', 'BREACHED'));
    expect(text()).toBe(`0:02 left\r${ESC}[K0:01 left\r${ESC}[KBREACHED\n`);
  });

  test('the moving line never fills a narrow terminal, where it would wrap', () => {
    const { output, text } = recorder({ isTTY: true, columns: 20, hasColors: () => true });
    openTerminal(output).status('x'.repeat(50));
    expect(textWidth(text())).toBe(19);
  });
});

describe('waiting', () => {
  test('gives what the work gives, or the sentence when the time is over', async () => {
    await expect(within(1_000, Promise.resolve(7), 'Too late.', UNENDING)).resolves.toBe(7);
    await expect(within(1, untilAborted(UNENDING), 'Too late.', UNENDING)).rejects.toThrow('Too late.');
  });

  test('ends at once when the story is over', async () => {
    const over = new AbortController();
    const waiting = within(60_000, untilAborted(UNENDING), 'Too late.', over.signal);
    over.abort();
    await expect(waiting).rejects.toThrow(/aborted/);
  });
});

test('the last words of the server are its sentences, without log lines and stack traces', () => {
  const output = [
    '{"level":"warn","msg":"a log line"}',
    `${ESC}[31mThe data folder /x is in use by another instance (pid 7). Stop it or set DATA_DIR.${ESC}[0m`,
    '    at start (file:///x/main.js:1:1)',
    '',
  ].join('\n');
  expect(lastWords(output)).toBe('The data folder /x is in use by another instance (pid 7). Stop it or set DATA_DIR.');
});
