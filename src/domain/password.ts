import type { FieldError } from './domain-error.ts';
import { lengthOf } from './text.ts';

/** Code points. */
export const MIN_PASSWORD_LENGTH = 8;
/** UTF-8 bytes: bcrypt looks at no more, so a longer password would be weaker than it looks. */
export const MAX_PASSWORD_BYTES = 72;

/** Whether bcrypt would look at all of `password`. */
export function fitsHash(password: string): boolean {
  return password.length <= MAX_PASSWORD_BYTES && new TextEncoder().encode(password).length <= MAX_PASSWORD_BYTES;
}

/** What is wrong with a new password at `path`. It is taken as typed: neither trimmed nor normalised. */
export function checkNewPassword(path: string, password: string): readonly FieldError[] {
  const message = whatIsWrong(password);
  return message === undefined ? [] : [{ path, message }];
}

function whatIsWrong(password: string): string | undefined {
  if (!fitsHash(password)) {
    return `Must have at most ${MAX_PASSWORD_BYTES} bytes in UTF-8 (letters beyond a-z may take 2 to 4 each).`;
  }
  // A NUL ends the text for some bcrypt implementations, and half a surrogate pair is not the same text once encoded.
  if (/[\p{Cc}\p{Cs}]/u.test(password)) return 'Must not have control or broken characters in it.';
  if (lengthOf(password) < MIN_PASSWORD_LENGTH) return `Must have at least ${MIN_PASSWORD_LENGTH} characters.`;
  return undefined;
}
