import type { FieldError } from '../../domain/domain-error.ts';
import { type Checked, checkText, checkTexts } from '../../domain/text.ts';

const TITLE = { max: 500 };
const DESCRIPTION = { max: 20_000, min: 0, multiline: true };
const TAGS = { max: 50, maxItems: 20 };

/** The limits on a ticket's own fields; undefined fields are not looked at. Problems of all fields at once. */
export function checkTicketFields(fields: {
  title?: string | undefined;
  description?: string | undefined;
  priority?: number | undefined;
  tags?: readonly string[] | undefined;
}): Checked<{ title?: string; description?: string; priority?: number; tags?: string[] }> {
  const problems: FieldError[] = [];
  const value: { title?: string; description?: string; priority?: number; tags?: string[] } = {};
  if (fields.title !== undefined) {
    const title = checkText('input.title', fields.title, TITLE);
    problems.push(...title.problems);
    value.title = title.value;
  }
  if (fields.description !== undefined) {
    const description = checkText('input.description', fields.description, DESCRIPTION);
    problems.push(...description.problems);
    value.description = description.value;
  }
  if (fields.priority !== undefined) {
    problems.push(...priorityProblems('input.priority', fields.priority));
    value.priority = fields.priority;
  }
  if (fields.tags !== undefined) {
    const tags = checkTexts('input.tags', fields.tags, TAGS);
    problems.push(...tags.problems);
    value.tags = [...new Set(tags.value)];
  }
  return { value, problems };
}

export function priorityProblems(path: string, priority: number): FieldError[] {
  if (Number.isInteger(priority) && priority >= 1 && priority <= 4) return [];
  return [{ path, message: 'The priority must be 1 (urgent), 2, 3 or 4 (low).' }];
}
