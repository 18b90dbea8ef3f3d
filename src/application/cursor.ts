import { invalid } from '../domain/domain-error.ts';

export type CursorValue = string | number | null;

/** FNV-1a: enough to tell a cursor that was cut or edited from one that was handed out. It is no secret. */
function checksum(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** An opaque cursor. `kind` names the list and its order, so that a cursor of another list is recognised. */
export function encodeCursor(kind: string, values: readonly CursorValue[]): string {
  const body = JSON.stringify([kind, ...values]);
  return Buffer.from(`${checksum(body).toString(36)}.${body}`).toString('base64url');
}

/** The values that `encodeCursor` was given; a foreign or damaged cursor is VALIDATION_FAILED at `path`. */
export function decodeCursor(kind: string, cursor: string, path = 'after'): readonly CursorValue[] {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const dot = text.indexOf('.');
  const body = text.slice(dot + 1);
  // Decoding ignores what is no base64url, and a character too many at the end.
  const asWritten = Buffer.from(text).toString('base64url') === cursor;
  const intact = dot > 0 && asWritten && text.slice(0, dot) === checksum(body).toString(36);
  const [of, ...values] = intact ? parsed(body) : [];
  if (of !== kind) {
    throw invalid(
      path,
      'This cursor does not belong to this list. Use an endCursor or edge cursor of the same list and order, or leave it out.',
    );
  }
  return values;
}

/** The list that `encodeCursor` wrote; empty for anything else, since anybody can make up a checksum. */
function parsed(body: string): CursorValue[] {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** A cursor of one number, as the event log's positions are. */
export function decodePosition(kind: string, cursor: string, path = 'after'): number {
  const [position] = decodeCursor(kind, cursor, path);
  if (typeof position === 'number' && Number.isSafeInteger(position) && position >= 0) return position;
  throw invalid(path, 'This cursor is damaged. Use one that the server handed out.');
}
