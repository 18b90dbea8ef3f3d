import type { FieldError } from './domain-error.ts';

/** How long a text may be, in code points after trimming, and whether it may have more than one line. */
export interface TextRule {
  /** 1 unless told: a text must say something. 0 lets it be empty. */
  readonly min?: number;
  readonly max: number;
  /** Lets line feeds and tabs in; CR LF becomes LF. False unless told. */
  readonly multiline?: boolean;
}

/** The value as it is to be kept, and what is wrong with it; keep it only when there are no problems. */
export interface Checked<T> {
  readonly value: T;
  readonly problems: readonly FieldError[];
}

/**
 * Trims `value` and checks it against `rule`; refused are control characters (NUL among them), line breaks unless
 * `multiline`, and lone surrogates, which no database can store. `path` is the field as the caller wrote it.
 * Check every field first, then throw for all of them at once:
 *
 *     const title = checkText('input.title', input.title, { max: 500 });
 *     const tags = checkTexts('input.tags', input.tags, { max: 50, maxItems: 20 });
 *     throwIfInvalid([...title.problems, ...tags.problems]);
 */
export function checkText(path: string, value: string, rule: TextRule): Checked<string> {
  const text = (rule.multiline ? value.replaceAll('\r\n', '\n') : value).trim();
  const message = whatIsWrong(text, rule);
  return { value: text, problems: message === undefined ? [] : [{ path, message }] };
}

/** Checks each text of a list, as `checkText` does, at `path.0`, `path.1` and so on, and that there are at most `maxItems`. */
export function checkTexts(
  path: string,
  values: readonly string[],
  rule: TextRule & { readonly maxItems: number },
): Checked<string[]> {
  if (values.length > rule.maxItems) {
    const message = `Give at most ${rule.maxItems}; these are ${values.length}.`;
    return { value: [...values], problems: [{ path, message }] };
  }
  const checked = values.map((value, index) => checkText(`${path}.${index}`, value, rule));
  return { value: checked.map(({ value }) => value), problems: checked.flatMap(({ problems }) => problems) };
}

/** How many characters a person would count, roughly: code points, so that an emoji is not two. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINES = /[^\P{Cc}\n\t]/u;
const LINE_BREAK = /[\n\r\u2028\u2029]/u;
const LONE_SURROGATE = /\p{Cs}/u;
/** Anything but white space and invisible marks: a name of zero-width spaces is empty to everyone who reads it. */
const SOMETHING = /[^\s\p{Cf}\p{Cc}]/u;

function whatIsWrong(text: string, { min = 1, max, multiline = false }: TextRule): string | undefined {
  if (LONE_SURROGATE.test(text)) return 'Remove the broken character (half a surrogate pair).';
  if (!multiline && LINE_BREAK.test(text)) return 'Write it in one line, without line breaks.';
  if ((multiline ? CONTROL_BUT_LINES : CONTROL).test(text)) return 'Remove the control characters.';
  if (min > 0 && !SOMETHING.test(text)) return 'Must not be empty.';
  // A text has at most as many code points as code units: most need no counting.
  const length = text.length < min || text.length > max || min > 1 ? lengthOf(text) : text.length;
  if (length < min) return `Must have at least ${min} characters; it has ${length}.`;
  if (length > max) return `Must have at most ${max} characters; it has ${length}.`;
  return undefined;
}
