/** What became of one ticket of a bulk mutation. */
export interface BulkAnswer<Row> {
  readonly id: string;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly ticket: Row | null;
}

/** So many ids go into one mutation. */
const MOST = 100;

export function inParts(ids: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let begin = 0; begin < ids.length; begin += MOST) parts.push(ids.slice(begin, begin + MOST));
  return parts;
}

/** Who was changed, who was not, and why, the most frequent reason first. */
export function bulkSummary<Row>(answers: readonly BulkAnswer<Row>[]): {
  readonly changed: readonly Row[];
  readonly refused: readonly string[];
  readonly reasons: readonly (readonly [string, number])[];
} {
  const reasons = new Map<string, number>();
  for (const { errorCode, errorMessage } of answers) {
    if (errorCode === null) continue;
    const reason = errorMessage ?? errorCode;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return {
    changed: answers.flatMap(({ ticket }) => (ticket ? [ticket] : [])),
    refused: answers.filter(({ errorCode }) => errorCode !== null).map(({ id }) => id),
    reasons: [...reasons].sort((a, b) => b[1] - a[1]),
  };
}
