import {
  type FieldNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { TicketColumn } from '../../../application/ticket/ports.ts';
import type { Selection, SelectionReader } from './selection.ts';
import type { Fields, Row, Source, Surroundings, Value } from './ticket-fields.ts';

/** The JSON text of something about a row. Throws when the schema does not allow the value: the resolvers then tell of it. */
type Write = (row: Row, around: Surroundings) => string;
type WriteValue = (value: unknown) => string;
type Nodes = readonly FieldNode[];

/** How a page becomes the text of what was selected of it, and what has to be read for that. */
export interface Plan {
  readonly columns: readonly TicketColumn[];
  readonly isCounted: boolean;
  readonly write: (around: Surroundings) => string;
}

/** The plan of a selection of `type`; null: it asks for more than `fields` name. */
export function planOf(
  reader: SelectionReader,
  type: GraphQLObjectType,
  selection: Selection,
  fields: Fields,
): Plan | null {
  const columns: TicketColumn[] = [];
  let isCounted = false;

  const placeOf = (column: TicketColumn): number => {
    const known = columns.indexOf(column);
    return known >= 0 ? known : columns.push(column) - 1;
  };

  const objectWriter = (of: GraphQLObjectType, selected: Selection, sources: Fields): Write | null => {
    const parts: { readonly lead: string; readonly write: Write }[] = [];
    for (const [key, nodes] of selected) {
      const [{ name, arguments: given }] = nodes;
      const field = of.getFields()[name.value];
      const source = Object.hasOwn(sources, name.value) ? sources[name.value] : undefined;
      const typename = JSON.stringify(of.name);
      const write =
        name.value === '__typename'
          ? () => typename
          : field && source && !given?.length && fieldWriter(field.type, nodes, source);
      if (!write) return null;
      parts.push({ lead: `${parts.length === 0 ? '' : ','}${JSON.stringify(key)}:`, write });
    }
    return (row, around) => {
      let text = '{';
      for (const part of parts) text += part.lead + part.write(row, around);
      return `${text}}`;
    };
  };

  const fieldWriter = (of: GraphQLOutputType, nodes: Nodes, source: Source): Write | null => {
    if ('bind' in source) {
      isCounted ||= source.counts === true;
      const value: Value = source.bind(placeOf);
      const write = nullable(of, nodes);
      return write && ((row, around) => write(value(row, around)));
    }
    const named = getNamedType(of);
    if (!isObjectType(named)) return null;
    const below = reader.below(named, nodes);
    if ('eachRow' in source) {
      const write = objectWriter(named, below, source.eachRow);
      return write && ((_, around) => `[${around.page.rows.map((row) => write(row, around)).join(',')}]`);
    }
    const write = objectWriter(named, below, source.fields);
    if (!write || source.unless === undefined) return write;
    const place = placeOf(source.unless);
    return (row, around) => (row[place] === null ? 'null' : write(row, around));
  };

  const nullable = (of: GraphQLOutputType, nodes: Nodes): WriteValue | null => {
    const write = present(isNonNullType(of) ? of.ofType : of, nodes);
    if (!write) return null;
    return (value) => {
      if (value !== null && value !== undefined) return write(value);
      if (isNonNullType(of)) throw new Error('A row lacks what the schema promises.');
      return 'null';
    };
  };

  const present = (of: GraphQLOutputType, nodes: Nodes): WriteValue | null => {
    if (isListType(of)) {
      const write = nullable(of.ofType, nodes);
      return write && ((value) => `[${(value as readonly unknown[]).map(write).join(',')}]`);
    }
    if (isLeafType(of)) return leafWriter(of);
    if (!isObjectType(of)) return null;
    // An object that has a property for each of its fields.
    const write = objectWriter(of, reader.below(of, nodes), propertiesOf(of));
    return write && ((value) => write([value as never], NOTHING_AROUND));
  };

  const write = objectWriter(type, selection, fields);
  return write && { columns, isCounted, write: (around) => write([], around) };
}

const NOTHING_AROUND = {} as Surroundings;

function propertiesOf(type: GraphQLObjectType): Fields {
  return Object.fromEntries(
    Object.keys(type.getFields()).map((name): [string, Source] => [
      name,
      {
        needs: [],
        bind:
          () =>
          ([object]) =>
            (object as unknown as Record<string, unknown>)[name],
      },
    ]),
  );
}

function leafWriter(type: GraphQLLeafType): WriteValue {
  const names = isEnumType(type) ? new Map(type.getValues().map(({ name, value }) => [value, `"${name}"`])) : null;
  if (names) return (value) => names.get(value) ?? JSON.stringify(type.serialize(value));
  switch (type.name) {
    case 'ID':
      return (value) => `"${value}"`;
    case 'String':
      return (value) => JSON.stringify(typeof value === 'string' ? value : type.serialize(value));
    case 'DateTime':
      // Rows have instants as the text that they are shown as.
      return (value) => `"${value instanceof Date ? value.toISOString() : value}"`;
    default:
      return (value) => JSON.stringify(type.serialize(value));
  }
}
