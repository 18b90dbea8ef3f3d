import type { FormattedExecutionResult } from 'graphql';

/** Stands for the `data` of an answer that is text already. */
class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The text as what Apollo takes for `data`. */
export function asData(text: string): Record<string, unknown> {
  return new JsonText(text) as unknown as Record<string, unknown>;
}

/** Writes an answer as Apollo does, and the ones from above as they are. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const data: unknown = result.data;
  return data instanceof JsonText && !result.errors ? `{"data":${data.text}}\n` : `${JSON.stringify(result)}\n`;
}
