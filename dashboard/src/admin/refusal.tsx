import { Alert } from '@mantine/core';
import type { Problem } from '../api/problem.ts';
import { sharedTexts } from '../shared/texts.ts';

/** Why something was not done, in the words of the API; what stands beside its field is not said twice. */
export function Refusal({
  problem,
  besides = [],
}: {
  readonly problem: Problem | null;
  readonly besides?: readonly string[];
}) {
  if (!problem) return null;
  const loose = problem.fields.filter(({ path }) => !besides.includes(path));
  if (problem.fields.length > 0 && loose.length === 0) return null;
  const sentences = loose.length > 0 ? loose.map(({ message }) => message) : [problem.message];
  return (
    <Alert color="red" title={problem.code === 'NETWORK' ? sharedTexts.offline : sharedTexts.failed} role="alert">
      {sentences.map((sentence) => (
        <div key={sentence}>{sentence}</div>
      ))}
    </Alert>
  );
}
