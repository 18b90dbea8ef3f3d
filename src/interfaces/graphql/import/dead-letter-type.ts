import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { DeadLetter } from '../../../application/import/ports.ts';
import { displayValue } from '../../../domain/sheet-row.ts';
import { connectionTypes } from '../connection.ts';
import { Node } from '../node.ts';
import { DateTime } from '../scalars.ts';

@ObjectType('DeadLetter', {
  implements: Node,
  simpleResolvers: true,
  description: 'A row of an imported file that is not in the ticket logs, with everything that was against it.',
})
export class DeadLetterType extends Node {
  readonly __typename = 'DeadLetter';

  @Field(() => ID, { description: 'The import that it belongs to.' })
  readonly importId!: string;

  @Field(() => Int, {
    description:
      'The number of the row in its sheet, or of the line that it begins on in a CSV file; the header is usually 1.',
  })
  readonly rowNumber!: number;

  @Field(() => [String], { description: 'The header row of the file, in its order; a blank header is an empty text.' })
  readonly headers!: readonly string[];

  @Field(() => [String], {
    nullable: 'items',
    description: 'The cells of the row under those headers, as a person would read them; null where blank.',
  })
  readonly values!: readonly (string | null)[];

  @Field(() => [String], { description: 'Every reason, each a sentence.' })
  readonly reasons!: readonly string[];

  @Field(() => Int, {
    description: 'How often it was tried: 1 for a row that breaks the rules, and one more for each retry.',
  })
  readonly attempts!: number;

  @Field(() => DateTime, { description: 'When it was last tried.' })
  readonly failedAt!: Date;
}

export const { Connection: DeadLetterConnection } = connectionTypes(DeadLetterType, 'DeadLetter');

/** A dead letter as GraphQL shows it: one value for each header. */
export function toDeadLetterType({ cells, ...letter }: DeadLetter): DeadLetterType {
  const width = Math.max(letter.headers.length, cells.length);
  const values = Array.from({ length: width }, (_, index) => displayValue(cells[index]));
  return { __typename: 'DeadLetter', ...letter, values };
}
