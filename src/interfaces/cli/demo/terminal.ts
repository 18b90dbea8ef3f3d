import type { WriteStream } from 'node:tty';
import { cutToWidth } from './text-width.ts';

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof CODES;

/** Where the demo writes: a terminal with a line that moves, or a plain stream of lines. */
export interface Terminal {
  /** Columns that a line may take. */
  readonly width: number;
  /** False where lines cannot be rewritten (a file, a pipe): then progress is told in lines of its own. */
  readonly live: boolean;
  paint(colour: Colour, text: string): string;
  /** Writes lines above the moving line, which disappears. */
  lines(...texts: readonly string[]): void;
  /** Replaces the moving line; does nothing where lines cannot be rewritten. */
  status(text: string): void;
}

const WIDTH = 80;

/** What the demo needs of `process.stdout`. */
export type Output = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

/** A terminal on `output`. Colours only where it is a terminal that has them; Node's own check honours NO_COLOR. */
export function openTerminal(output: Output): Terminal {
  const live = output.isTTY === true;
  const colours = live && output.hasColors?.() === true;
  const width = Math.min(WIDTH, live ? (output.columns ?? WIDTH) : WIDTH);
  let statusShown = false;
  const clear = (): string => {
    const text = statusShown ? '\r\u001b[K' : '';
    statusShown = false;
    return text;
  };
  return {
    width,
    live,
    paint: (colour, text) => (colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text),
    lines(...texts) {
      output.write(`${clear()}${texts.map((text) => `${text}\n`).join('')}`);
    },
    status(text) {
      if (!live) return;
      // One column stays free: a full line would wrap, and could not be replaced any more.
      output.write(`${clear()}${cutToWidth(text, width - 1)}`);
      statusShown = true;
    },
  };
}

/** The heading of a part of the story, with an empty line above. */
export function heading(terminal: Terminal, title: string): void {
  terminal.lines('', terminal.paint('bold', title), terminal.paint('dim', '─'.repeat(terminal.width - 2)));
}

/** The same terminal, silent once `over` is aborted. */
export function silentAfter(terminal: Terminal, over: AbortSignal): Terminal {
  return {
    ...terminal,
    lines: (...texts) => {
      if (!over.aborted) terminal.lines(...texts);
    },
    status: (text) => {
      if (!over.aborted) terminal.status(text);
    },
  };
}
