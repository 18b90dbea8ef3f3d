/** UTF-16 units of a message that are kept: errors of queries quote their parameters, which can be a whole chunk of a file. */
const LONGEST = 2_000;

/**
 * Makes what a job failed with fit to be stored with the job, and returns it: Postgres has no NUL in a text, and a job whose
 * failure cannot be stored would neither be tried again nor end.
 */
export function storable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack } = error;
  const short = shortened(message);
  if (short !== message) {
    error.message = short;
    // The stack begins with the message.
    if (stack !== undefined) error.stack = storableText(stack.replace(message, () => short));
  }
  return error;
}

function shortened(text: string): string {
  const most = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return storableText(most);
}

/** With halves of surrogate pairs, which a cut can leave, replaced as well. */
function storableText(text: string): string {
  return text.replace(/[\0\p{Cs}]/gu, '\uFFFD');
}
