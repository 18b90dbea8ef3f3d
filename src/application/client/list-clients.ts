import type { Actor } from '../../domain/actor.ts';
import { invalid } from '../../domain/domain-error.ts';
import type { ClientTier } from '../../domain/enums.ts';
import { checkText } from '../../domain/text.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import { checkFirst } from '../page.ts';
import type { Client, ClientStore } from './ports.ts';

interface Query {
  readonly search?: string | null | undefined;
  readonly tier?: ClientTier | null | undefined;
  readonly first: number;
}

/** Clients by name, 500 at most. */
export const listClients =
  (deps: { clients: ClientStore }) =>
  async (actor: Actor, query: Query): Promise<Client[]> => {
    authorise(actor, 'desk.read');
    const first = checkFirst(query.first, 500);
    const search = typeof query.search === 'string' ? checkText('search', query.search, { max: 200, min: 0 }) : null;
    if (search?.problems[0]) throw invalid('search', search.problems[0].message);
    return deps.clients.list({ search: search?.value || null, tier: query.tier ?? null, first });
  };

/** One client, or null. */
export const getClient =
  (deps: { clients: ClientStore }) =>
  async (actor: Actor, id: string): Promise<Client | null> => {
    authorise(actor, 'desk.read');
    const uuid = asUuid(id);
    return uuid ? ((await deps.clients.byIds([uuid]))[0] ?? null) : null;
  };
