import type { Who, World } from './access-world.ts';
import type { Answer, GraphqlCaller, Variables } from './graphql-client.ts';

export type Outcomes = Record<Who, string>;

export const OUTSIDE = { NOBODY: 'UNAUTHENTICATED', 'BAD TOKEN': 'UNAUTHENTICATED' };
export const STAFF: Outcomes = { ADMIN: 'allowed', SUPERVISOR: 'allowed', AGENT: 'allowed', ...OUTSIDE };
export const LEADS: Outcomes = { ...STAFF, AGENT: 'FORBIDDEN' };
export const ADMINS: Outcomes = { ...LEADS, SUPERVISOR: 'FORBIDDEN' };
export const ANYONE: Outcomes = { ...STAFF, NOBODY: 'allowed', 'BAD TOKEN': 'allowed' };
/** Where leads may and an agent must not learn that there is anything. */
export const hiddenFromAgents = (as: string): Outcomes => ({ ...STAFF, AGENT: as });

export interface Rule {
  /** As the schema names it: "Query.ticket". */
  readonly field: string;
  /** What of the field the rule speaks of. */
  readonly what: string;
  readonly document: string;
  readonly variables?: (world: World, who: Who) => Variables | Promise<Variables>;
  /** Instead of sending the document: what takes more than that. */
  readonly send?: (world: World, caller: GraphqlCaller, who: Who) => Promise<Answer>;
  /** Somebody new in the role does it, since it ends their sessions. */
  readonly once?: true;
  readonly outcomes: Outcomes;
}
