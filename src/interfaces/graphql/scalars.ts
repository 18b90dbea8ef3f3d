import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';

const FIRST_YEAR = 1;
const LAST_YEAR = 9999;

/**
 * An instant. Comes in as RFC 3339 text with any offset, goes out in UTC with milliseconds. What is no instant is refused
 * with the code VALIDATION_FAILED, whether it comes in a variable or in the document itself.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'An instant as RFC 3339 text. Comes in with any offset, such as 2026-03-01T10:30:00+01:00; goes out always in UTC with ' +
    'milliseconds, such as 2026-03-01T09:30:00.000Z.',
  specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc3339#section-5.6',
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError(`A DateTime field was given a ${typeof value} instead of a Date.`);
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

function parseInstant(value: unknown): Date {
  const instant = typeof value === 'string' ? validInstant(value) : undefined;
  if (instant) return instant;
  throw new GraphQLError('Write the time as RFC 3339 with an offset, such as 2026-03-01T09:30:00Z.', {
    extensions: { code: 'VALIDATION_FAILED' },
  });
}

function validInstant(text: string): Date | undefined {
  try {
    const instant = GraphQLDateTime.parseValue(text);
    // An offset may lead beyond the years that four digits can write, and a leap second is no Date.
    const year = instant.getUTCFullYear();
    return year >= FIRST_YEAR && year <= LAST_YEAR ? instant : undefined;
  } catch {
    return undefined;
  }
}
