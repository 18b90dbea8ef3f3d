import type { ImportField } from '../../../domain/import-columns.ts';
import type { ImportedLog } from '../../../domain/import-row.ts';

/** A cell as the generator writes it. `asNumber` stands in a date column without the format of a date. */
export type GeneratedCell = string | number | Date | null | { readonly error: '#N/A' } | { readonly asNumber: number };

export type GeneratedRow = Readonly<Record<ImportField, GeneratedCell>>;

/** One kind of mistake that people make: what it changes in a good row. `earlierId` is the id of a good row further up. */
export type Mistake = (log: ImportedLog, earlierId: string) => Partial<GeneratedRow>;

const HOUR_MS = 3_600_000;
const later = (log: ImportedLog) => log.resolvedAt ?? new Date(log.createdAt.getTime() + HOUR_MS);

/** Each turns any valid row into one that the import refuses. Only `repeated` needs another row to be wrong. */
export const MISTAKES: Readonly<Record<string, Mistake>> = {
  'no id': () => ({ externalId: null }),
  'unknown tier': () => ({ clientType: 'Premium' }),
  'unknown status': () => ({ status: 'Done' }),
  'resolved before it was created': (log) => ({
    status: 'RESOLVED',
    resolvedAt: new Date(log.createdAt.getTime() - 26 * HOUR_MS),
  }),
  'resolved without a date': () => ({ status: 'RESOLVED', resolvedAt: null }),
  'date as text without an offset': (log) => ({
    createdAt: log.createdAt.toISOString().slice(0, 16).replace('T', ' '),
  }),
  'priority in words': () => ({ priority: 'High' }),
  repeated: (_, earlierId) => ({ externalId: earlierId }),
  'escalation below zero': () => ({ escalationLevel: -1 }),
  'title too long': (log) => ({
    title: `${log.title ?? 'Please help'}. `.padEnd(620, 'Please call me back as soon as you can. '),
  }),
  'no client': () => ({ clientName: '   ' }),
  'day before month': (log) => ({ createdAt: log.createdAt.toISOString().slice(0, 10).split('-').reverse().join('/') }),
  'open with a date of resolution': (log) => ({ status: 'OPEN', resolvedAt: later(log) }),
  'priority out of range': () => ({ priority: 7 }),
  'lookup that found nothing': () => ({ clientName: { error: '#N/A' } }),
  'date without its format': (log) => ({ createdAt: { asNumber: log.createdAt.getTime() / 86_400_000 + 25_569 } }),
  'two mistakes': () => ({ clientType: 'gold', status: 'Solved' }),
};
