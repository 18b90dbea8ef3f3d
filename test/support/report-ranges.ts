import type { ReportRange } from '../../src/domain/report/cover.ts';
import { randomNumbers } from './naive-reports.ts';

/** Ranges within the two years after `first` with ends anywhere, on midnights, on months, on years, within one day, and open. */
export function randomRanges(seed: number, count: number, first: Date): ReportRange[] {
  const random = randomNumbers(seed);
  const year = first.getUTCFullYear();
  const instant = (): Date => {
    const at = first.getTime() + random() * 700 * 86_400_000;
    const kind = Math.floor(random() * 4);
    if (kind === 0) return new Date(Math.floor(at));
    if (kind === 1) return new Date(Math.floor(at / 86_400_000) * 86_400_000);
    if (kind === 2) return new Date(Date.UTC(year, Math.floor(random() * 24), 1));
    return new Date(Date.UTC(year + Math.floor(random() * 3), 0, 1));
  };
  return Array.from({ length: count }, () => {
    const from = instant();
    const other = random() < 0.2 ? new Date(from.getTime() + 1 + Math.floor(random() * 86_400_000)) : instant();
    const to = other > from ? other : new Date(from.getTime() + 1);
    return { from: random() < 0.15 ? null : from, to: random() < 0.15 ? null : to };
  });
}
