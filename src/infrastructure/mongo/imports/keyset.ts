import { decodeCursor } from '../../../application/cursor.ts';
import { invalid } from '../../../domain/domain-error.ts';
import { isUuid } from '../../../domain/uuid.ts';

const INSTANT = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The instant and id that a keyset page goes on after; VALIDATION_FAILED for a cursor that the list cannot have handed out. */
export function placeOf(kind: string, after: string): { readonly instant: Date; readonly id: string } {
  const [value, id, ...rest] = decodeCursor(kind, after);
  const isInstant = typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
  if (isInstant && typeof id === 'string' && isUuid(id) && rest.length === 0) {
    return { instant: new Date(value), id: id.toLowerCase() };
  }
  throw invalid('after', 'This cursor is damaged. Use one that the server handed out.');
}
