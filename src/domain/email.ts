import { type Checked, checkText } from './text.ts';

/** RFC 5321: what fits into a mail command. */
const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
/** Dot-separated atoms before the @ (RFC 5322 dot-atom); host labels with at least one dot after it (RFC 1123). */
const ADDRESS =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Trims and lower-cases an address, as addresses are kept and compared, and says what is wrong with it at `path`. */
export function checkEmail(path: string, value: string): Checked<string> {
  const text = checkText(path, value, { max: MAX_LENGTH });
  const email = text.value.toLowerCase();
  if (text.problems.length > 0) return { value: email, problems: text.problems };
  if (ADDRESS.test(email) && email.indexOf('@') <= MAX_LOCAL_LENGTH) return { value: email, problems: [] };
  return { value: email, problems: [{ path, message: 'Must be an email address such as ada@example.com.' }] };
}
