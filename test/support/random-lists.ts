import { type GraphQLField, type GraphQLOutputType, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';

/** Below this depth only what lies in the row of a ticket is asked for. */
const DEEPEST = 5;
const PARTS = new Set([
  'TicketConnection',
  'TicketEdge',
  'PageInfo',
  'Ticket',
  'Client',
  'User',
  'SlaClock',
  'SlaInterval',
]);

export interface RandomList {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What random operations draw their values from. */
export interface Values {
  readonly clientIds: readonly string[];
  readonly userIds: readonly string[];
  readonly cursors: readonly string[];
  readonly instants: readonly string[];
}

/**
 * Makes operations on `tickets` from the schema: aliases, fields that are asked for twice, fragments of every kind, directives with
 * and without variables, arguments good and bad. `strangers`: how many of a hundred fields need more than a row holds.
 */
export class RandomLists {
  readonly #schema: GraphQLSchema;
  readonly #values: Values;
  readonly #random: () => number;
  #fragments: string[] = [];
  #variables: Record<string, { readonly type: string; readonly value: unknown }> = {};
  #strangers = 0;

  constructor(schema: GraphQLSchema, values: Values, random: () => number) {
    this.#schema = schema;
    this.#values = values;
    this.#random = random;
  }

  next(strangers: number): RandomList {
    this.#fragments = [];
    this.#variables = {};
    this.#strangers = strangers;
    const alias = this.#chance(20) ? 'list: ' : '';
    const field = `${alias}tickets${this.#arguments()}${this.#directive()} ${this.#selection('TicketConnection', 0)}`;
    const root = this.#chance(10) ? `... on Query { ${field} }` : field;
    const beside = this.#chance(strangers) ? ' __typename' : '';
    const declared = Object.entries(this.#variables).map(([name, { type }]) => `$${name}: ${type}`);
    const head = declared.length > 0 ? `query Random(${declared.join(', ')})` : 'query Random';
    return {
      query: [`${head} { ${root}${beside} }`, ...this.#fragments].join('\n'),
      variables: Object.fromEntries(
        Object.entries(this.#variables).flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])),
      ),
    };
  }

  #selection(typeName: string, depth: number): string {
    const type = this.#schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`${typeName} is no object.`);
    const fields = Object.values(type.getFields()).filter((field) => this.#isWanted(field, depth));
    const parts = [this.#chance(15) || fields.length === 0 ? '__typename' : this.#field(this.#pick(fields), depth)];
    const more = this.#below(typeName === 'Ticket' ? 8 : 5);
    for (let i = 0; i < more && fields.length > 0; i += 1) parts.push(this.#part(typeName, fields, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #part(typeName: string, fields: readonly GraphQLField<unknown, unknown>[], depth: number): string {
    const roll = this.#below(100);
    if (roll < 76) return this.#field(this.#pick(fields), depth);
    const isNode = ['Ticket', 'Client', 'User'].includes(typeName);
    const condition = isNode && this.#chance(25) ? 'Node' : typeName;
    const body = condition === 'Node' ? '{ __typename id }' : this.#selection(typeName, depth);
    if (roll < 84) return `...${this.#directive()} ${body}`.replace('... {', '... {');
    if (roll < 92) return `... on ${condition}${this.#directive()} ${body}`;
    const name = `Part${this.#fragments.length}`;
    this.#fragments.push(`fragment ${name} on ${condition} ${body}`);
    const spread = `...${name}${this.#directive()}`;
    return this.#chance(20) ? `${spread} ...${name}` : spread;
  }

  /** The same alias always means the same field and arguments, so that all of them can be merged. */
  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const named = getNamedType(field.type as GraphQLOutputType);
    const alias = this.#chance(15) ? `my_${field.name}: ` : '';
    const below = isObjectType(named) ? ` ${this.#selection(named.name, depth + 1)}` : '';
    return `${alias}${field.name}${this.#directive()}${below}`;
  }

  #isWanted(field: GraphQLField<unknown, unknown>, depth: number): boolean {
    const named = getNamedType(field.type);
    const isKnown = !isObjectType(named) || PARTS.has(named.name);
    if (isObjectType(named) && depth >= DEEPEST) return false;
    const inRow = isKnown && field.args.length === 0 && field.name !== 'openTickets';
    return inRow || this.#chance(this.#strangers);
  }

  #directive(): string {
    if (!this.#chance(10)) return '';
    const name = this.#pick(['skip', 'include']);
    const value = this.#chance(50) ? this.#variable('Boolean!', this.#chance(50)) : String(this.#chance(50));
    return ` @${name}(if: ${value})`;
  }

  #arguments(): string {
    const { clientIds, userIds, cursors, instants } = this.#values;
    const given: string[] = [];
    const add = (name: string, type: string, value: unknown, text: string) =>
      given.push(`${name}: ${this.#chance(50) ? this.#variable(type, value) : text}`);
    if (this.#chance(80)) {
      const first = this.#pick([1, 2, 5, 20, 50, 100, this.#chance(20) ? 0 : 3, this.#chance(20) ? 101 : 7]);
      add('first', 'Int!', first, String(first));
    }
    if (this.#chance(30)) {
      const [field, direction] = [
        this.#pick(['CREATED_AT', 'UPDATED_AT', 'DUE_AT', 'PRIORITY', 'NUMBER']),
        this.#pick(['ASC', 'DESC']),
      ];
      add('orderBy', 'TicketOrder', { field, direction }, `{ field: ${field}, direction: ${direction} }`);
    }
    if (this.#chance(15)) {
      const cursor = this.#pick(cursors);
      add('after', 'String', cursor, JSON.stringify(cursor));
    }
    if (this.#chance(15)) {
      const page = this.#pick([1, 2, 3, 0]);
      add('page', 'Int', page, String(page));
    }
    if (this.#chance(50)) {
      const fields: Record<string, unknown> = {};
      if (this.#chance(20)) fields.clientId = this.#pick(clientIds);
      if (this.#chance(20)) fields.assigneeId = this.#pick([...userIds, 'nobody']);
      if (this.#chance(20)) fields.unassigned = this.#chance(50);
      if (this.#chance(20)) fields.search = this.#pick(['print', 'cpu', 'TSP-1004', 'x', '50%']);
      if (this.#chance(20)) fields.from = this.#pick(instants);
      if (this.#chance(30)) fields.includeDeleted = this.#chance(70);
      if (this.#chance(10)) fields.tag = this.#pick(['vpn', 'Straße', null]);
      if (this.#chance(5)) fields.priority = this.#pick([[1, 2], [9], null]);
      const text = Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
      add('filter', 'TicketFilter', fields, `{ ${text.join(', ')} }`);
    }
    return given.length > 0 ? `(${given.join(', ')})` : '';
  }

  /** Now and then what is given is of another type, or missing. */
  #variable(type: string, value: unknown): string {
    const name = `v${Object.keys(this.#variables).length}`;
    const roll = this.#below(60);
    this.#variables[name] = { type, value: roll === 0 ? 'wrong' : roll === 1 ? undefined : roll === 2 ? null : value };
    return `$${name}`;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(percent: number): boolean {
    return this.#below(100) < percent;
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)] as T;
  }
}
