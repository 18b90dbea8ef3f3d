import { type CursorValue, decodeCursor } from '../../application/cursor.ts';
import { invalid } from '../../domain/domain-error.ts';
import { isUuid } from '../../domain/uuid.ts';

const INSTANT = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Whether a cursor's value can be compared with a timestamptz column; 'infinity' stands for "never". */
export function isInstant(value: unknown): value is string {
  return value === 'infinity' || (typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value)));
}

/** Whether a cursor's value fits a whole-number column of up to `max`. */
export const isWhole =
  (max: number) =>
  (value: unknown): value is number =>
    Number.isInteger(value) && Math.abs(value as number) <= max;

/** The (value, id) that a keyset page goes on after; VALIDATION_FAILED for a cursor that the list cannot have handed out. */
export function keysetOf(
  kind: string,
  after: string,
  isValue: (value: unknown) => boolean,
): { readonly value: CursorValue; readonly id: string } {
  const [value, id, ...rest] = decodeCursor(kind, after);
  if (value !== undefined && isValue(value) && typeof id === 'string' && isUuid(id) && rest.length === 0) {
    return { value, id };
  }
  throw invalid('after', 'This cursor is damaged. Use one that the server handed out.');
}
