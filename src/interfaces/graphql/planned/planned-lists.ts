import {
  type DocumentNode,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import type { tabulateTickets } from '../../../application/ticket/tabulate-tickets.ts';
import type { SlaPolicy } from '../../../domain/sla-policy.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { type TicketsArguments, toTicketListQuery } from '../ticket/ticket-inputs.ts';
import { EXECUTION_OPTIONS } from '../validation/rules.ts';
import { onlyField, SelectionReader, switchesIn } from './selection.ts';
import { type Plan, planOf } from './text-writers.ts';
import { CONNECTION, POLICY_COLUMNS } from './ticket-fields.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Answers an operation as JSON text of its `data`; null: that is for the resolvers, which also tell of every error. */
export type AnswerPlanned = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  context: GraphqlContext,
) => Promise<string | null>;

export interface PlannedListDeps {
  readonly tabulateTickets: ReturnType<typeof tabulateTickets>;
}

/** Variables in @skip and @include make plans of their own; an operation with more of them than this has none. */
const MOST_SWITCHES = 3;

interface PlannedField extends Plan {
  readonly key: string;
  readonly node: Parameters<typeof getArgumentValues>[1];
}

/**
 * Lists of tickets whose whole selection stands in one row per ticket: read by one statement that is made from the selection, and
 * written as text without an object or a promise for each field. The answer is that of the resolvers, character by character.
 */
export function plannedLists(schema: GraphQLSchema, deps: PlannedListDeps): AnswerPlanned {
  const plans = new WeakMap<OperationDefinitionNode, (variables: Variables) => PlannedField | null>();

  const plannerOf = (document: DocumentNode, operation: OperationDefinitionNode) => {
    const known = plans.get(operation);
    if (known) return known;
    const planner = remembering(schema, document, operation);
    plans.set(operation, planner);
    return planner;
  };

  const answer: AnswerPlanned = async (document, operation, variables, context) => {
    const planner = plannerOf(document, operation);
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, VARIABLE_OPTIONS);
    const plan = coerced && planner(coerced);
    const field = schema.getQueryType()?.getFields().tickets;
    if (!plan || !field) return null;
    const given = getArgumentValues(field, plan.node, coerced) as unknown as TicketsArguments;
    const actor = signedIn(context);
    const page = await deps.tabulateTickets(actor, toTicketListQuery(given), plan.columns);
    const [count, policyOf] = await Promise.all([
      plan.isCounted ? page.totalCount() : null,
      policiesOf(page.rows, plan.columns, context),
    ]);
    return `{${JSON.stringify(plan.key)}:${plan.write({ page, count, actor, now: context.loaders.now(), policyOf })}}`;
  };
  // Whatever is wrong with the request, the resolvers find it too, and know how to say it.
  return (...args) => answer(...args).catch(() => null);
}

const VARIABLE_OPTIONS = { maxErrors: EXECUTION_OPTIONS.maxCoercionErrors };

/** Makes the plan of an operation once for each setting of the variables that its directives look at. */
function remembering(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
  const known = new Map<string, PlannedField | null>();
  const switches = operation.operation === 'query' ? switchesIn(document) : [];
  return (variables: Variables): PlannedField | null => {
    if (operation.operation !== 'query' || switches.length > MOST_SWITCHES) return null;
    const setting = switches.map((name) => variables[name]).join();
    const found = known.get(setting);
    if (found !== undefined) return found;
    const made = plan(schema, document, operation, variables);
    known.set(setting, made);
    return made;
  };
}

function plan(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): PlannedField | null {
  const root = schema.getQueryType();
  const reader = new SelectionReader(schema, document, variables);
  const only = root && onlyField(reader, root, operation);
  const field = only && root.getFields()[only.nodes[0].name.value];
  const type = field && getNamedType(field.type);
  if (!only || field?.name !== 'tickets' || !isObjectType(type)) return null;
  const planned = planOf(reader, type, reader.below(type, only.nodes), CONNECTION);
  return planned && { ...planned, key: only.key, node: only.nodes[0] };
}

/** Every policy that the rows name, when their columns are read. */
async function policiesOf(
  rows: readonly (readonly unknown[])[],
  columns: Plan['columns'],
  { loaders }: GraphqlContext,
): Promise<(tier: SlaPolicy['tier'], version: number) => SlaPolicy> {
  const [tierAt, versionAt] = POLICY_COLUMNS.map((name) => columns.indexOf(name));
  const found = new Map<string, SlaPolicy>();
  if (tierAt !== undefined && versionAt !== undefined && tierAt >= 0 && versionAt >= 0) {
    for (const row of rows) {
      const [tier, version] = [row[tierAt] as SlaPolicy['tier'], row[versionAt] as number];
      const name = `${tier} ${version}`;
      if (!found.has(name)) found.set(name, await loaders.policyVersion(tier, version));
    }
  }
  return (tier, version) => {
    const policy = found.get(`${tier} ${version}`);
    if (!policy) throw new Error(`Version ${version} of the policy for ${tier} was not read.`);
    return policy;
  };
}
