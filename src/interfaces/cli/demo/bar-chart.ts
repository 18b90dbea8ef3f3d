import { padToWidth, printable, textWidth } from './text-width.ts';

export interface Bar {
  readonly label: string;
  /** Lengths of the bar's parts from left to right, 0 or more, in the unit of all bars. */
  readonly parts: readonly number[];
  /** Written after the bar. */
  readonly note: string;
}

/** How the first, second, … part of a bar is drawn. */
export const BAR_GLYPHS = ['█', '▒', '░'] as const;

/** Horizontal bars as lines of at most `width` columns; the longest bar takes all the room there is. */
export function barChart(bars: readonly Bar[], width: number): string[] {
  const labels = bars.map(({ label }) => printable(label));
  const labelWidth = Math.max(0, ...labels.map(textWidth));
  const noteWidth = Math.max(0, ...bars.map(({ note }) => textWidth(note)));
  const room = Math.max(1, width - labelWidth - noteWidth - 4);
  const longest = Math.max(0, ...bars.map(({ parts }) => total(parts)));
  return bars.map((bar, index) => {
    const drawn = longest === 0 ? '' : draw(bar.parts, room / longest);
    return `${padToWidth(labels[index] ?? '', labelWidth)}  ${padToWidth(drawn, room)}  ${bar.note}`.trimEnd();
  });
}

/** Ends of parts are rounded, not parts: so the whole bar has its right length. Something never looks like nothing. */
function draw(parts: readonly number[], scale: number): string {
  let end = 0;
  let bar = '';
  for (const [index, part] of parts.entries()) {
    end += part;
    const missing = Math.round(end * scale) - bar.length;
    bar += (BAR_GLYPHS[index] ?? '█').repeat(Math.max(0, missing));
  }
  const first = parts.findIndex((part) => part > 0);
  return bar === '' && first >= 0 ? (BAR_GLYPHS[first] ?? '█') : bar;
}

function total(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum + part, 0);
}
