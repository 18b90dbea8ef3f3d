import DataLoader from 'dataloader';
import type { Client } from '../../application/client/ports.ts';
import type { EndedCycle } from '../../application/ticket/ports.ts';
import type { SlaPolicy } from '../../domain/sla-policy.ts';
import type { Escalation, Ticket } from '../../domain/ticket.ts';
import type { User } from '../../domain/user.ts';

/** Reads in batches what the loaders are asked for one by one; results in the order of the ids. */
export interface BatchReads {
  readonly tickets: (ids: readonly string[]) => Promise<readonly (Ticket | null)[]>;
  readonly users: (ids: readonly string[]) => Promise<readonly (User | null | undefined)[]>;
  readonly clients: (ids: readonly string[]) => Promise<readonly (Client | null)[]>;
  readonly openTickets: (clientIds: readonly string[]) => Promise<readonly number[]>;
  readonly escalations: (ticketIds: readonly string[]) => Promise<readonly (readonly Escalation[])[]>;
  readonly endedCycles: (ticketIds: readonly string[]) => Promise<readonly (readonly EndedCycle[])[]>;
  readonly policyVersion: (tier: SlaPolicy['tier'], version: number) => Promise<SlaPolicy>;
  readonly now: () => Date;
}

/** One statement for all relations of a kind in an operation. Nothing is remembered: a subscription's context lives for hours. */
export interface Loaders {
  readonly ticket: DataLoader<string, Ticket | null>;
  readonly user: DataLoader<string, User | null>;
  readonly client: DataLoader<string, Client | null>;
  readonly openTickets: DataLoader<string, number>;
  readonly escalations: DataLoader<string, readonly Escalation[]>;
  readonly endedCycles: DataLoader<string, readonly EndedCycle[]>;
  readonly policyVersion: BatchReads['policyVersion'];
  readonly now: () => Date;
}

/** Loaders for one operation. */
export function createLoaders(reads: BatchReads): Loaders {
  return {
    ticket: batched(reads.tickets),
    user: batched(async (ids) => (await reads.users(ids)).map((user) => user ?? null)),
    client: batched(reads.clients),
    openTickets: batched(reads.openTickets),
    escalations: batched(reads.escalations),
    endedCycles: batched(reads.endedCycles),
    policyVersion: reads.policyVersion,
    now: reads.now,
  };
}

function batched<V>(read: (ids: readonly string[]) => Promise<readonly V[]>): DataLoader<string, V> {
  return new DataLoader<string, V>(
    async (ids) => {
      const distinct = [...new Set(ids)];
      const values = await read(distinct);
      const byId = new Map(distinct.map((id, i) => [id, values[i] as V]));
      return ids.map((id) => byId.get(id) as V);
    },
    { cache: false },
  );
}

/** What a foreign key promises to be there. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value !== null && value !== undefined) return value;
  throw new Error(`${what} is missing, though something refers to it.`);
}
