import type { CellValue } from '../../domain/sheet-row.ts';
import type { StoredCell } from './schema/imports.ts';

/** NUL and half surrogates, which no jsonb can hold. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** A cell as JSON that Postgres takes and that `fromStored` turns into the very same cell. */
export function toStored(cell: CellValue): StoredCell {
  if (cell instanceof Date) return { d: Number.isNaN(cell.getTime()) ? null : cell.toISOString() };
  if (cell !== null && typeof cell === 'object') return { e: cell.error };
  if (typeof cell === 'string' && UNSTORABLE.test(cell)) return { u: Buffer.from(cell, 'utf16le').toString('base64') };
  return cell;
}

export function fromStored(cell: StoredCell): CellValue {
  if (cell === null || typeof cell !== 'object') return cell;
  if ('d' in cell) return new Date(cell.d ?? Number.NaN);
  if ('u' in cell) return Buffer.from(cell.u, 'base64').toString('utf16le');
  return { error: cell.e };
}
