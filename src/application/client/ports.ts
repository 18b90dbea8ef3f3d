import type { ClientTier } from '../../domain/enums.ts';
import type { NewEvent } from '../../domain/event.ts';

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly tier: ClientTier;
  readonly createdAt: Date;
}

export interface ClientStore {
  create(client: Client, event: NewEvent): Promise<Client>;
  /** Locks the client and saves what `rule` makes of it, with its events; null when there is none. */
  change(id: string, rule: (client: Client) => { client: Client; events: readonly NewEvent[] }): Promise<Client | null>;
  /** In the order of `ids`; null where there is none. */
  byIds(ids: readonly string[]): Promise<(Client | null)[]>;
  /** By name; `search` is part of the name, in any case, wildcards literal. */
  list(filter: { search: string | null; tier: ClientTier | null; first: number }): Promise<Client[]>;
  /** How many tickets of each client are neither settled nor deleted, in the order of `ids`. */
  openTickets(ids: readonly string[]): Promise<number[]>;
}
