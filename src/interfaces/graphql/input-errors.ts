import { GraphQLError, Kind } from 'graphql';
import type { FieldError } from '../../domain/domain-error.ts';

const LONGEST_MESSAGE = 1_000;

/** A message of graphql-js without most of a very long text or name that it quotes. */
export function shortened(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`;
}

/** Leaves out what graphql-js guesses the caller meant: it tells names of the schema. */
export function withoutSuggestion(message: string): string {
  return shortened(message.replace(/ ?Did you mean .*\?\s*$/s, ''));
}

/** "Field "x" …" of an input object is reported at the object; the reader looks for the field itself. */
function fieldNamedIn(message: string): string {
  const field = /^Field "(\w+)" (?:of required type|is not defined|must be non-null)/.exec(message)?.[1];
  return field ? `.${field}` : '';
}

/**
 * What is wrong with a variable, when graphql-js refused it: `path` as the caller wrote it, from the variable's name on
 * ("input.priority", "ids[2]"). null: the error is about something else.
 */
export function variableError(error: GraphQLError): FieldError | null {
  const definition = error.nodes?.[0];
  if (definition?.kind !== Kind.VARIABLE_DEFINITION) return null;
  const name = definition.variable.name.value;
  // A validation rule may speak of a variable too ("is never used"); only these speak of its value.
  const about = error.message.startsWith(`Variable "$${name}" `) ? error.message.slice(name.length + 13) : '';
  if (!/^(got invalid value|has invalid value|of required type|of non-null type) /.test(about)) return null;

  // The value stands in the middle of the message and may hold anything; what follows it is known from the inner error.
  const inner = innermost(error);
  const tail = `; ${inner.message}`;
  if (inner !== error && error.message.endsWith(tail)) {
    const head = error.message.slice(0, -tail.length);
    const path = / at "([^"\\]+)"$/.exec(head)?.[1] ?? name;
    return { path: path + fieldNamedIn(inner.message), message: withoutSuggestion(inner.message) };
  }
  const type = /type "([^"]+)"/.exec(error.message)?.[1] ?? 'its type';
  const message = error.message.includes(' of required type ')
    ? `A value of type "${type}" is required.`
    : error.message.includes(' of non-null type ')
      ? `A value of type "${type}" is required, not null.`
      : `The value does not fit the type "${type}".`;
  return { path: name, message };
}

/** What is wrong with an argument, when graphql-js finds it only while executing; null: the error is about something else. */
export function argumentError(error: GraphQLError): FieldError | null {
  const inner = innermost(error);
  const found = /^Argument "(\w+)" (of required type|of non-null type|has invalid value)/.exec(inner.message);
  const kind = inner.nodes?.[0]?.kind;
  // A resolver may throw such a text too, but not with a node of the document.
  if (!found?.[1] || kind === undefined) return null;
  const message =
    found[2] === 'has invalid value' ? 'The value does not fit its type.' : 'A value is required, not null.';
  return { path: found[1], message };
}

/** graphql-js and Apollo wrap errors in errors: the last GraphQLError of the chain that still names nodes. */
function innermost(error: GraphQLError): GraphQLError {
  const inner = error.originalError;
  return inner instanceof GraphQLError ? innermost(inner) : error;
}
