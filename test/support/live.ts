import { afterEach } from 'vitest';
import type { DeliveredAlert, DeliveredTicketEvent } from '../../src/application/live/subscribe.ts';
import type { Actor } from '../../src/domain/actor.ts';
import { createDesk, type TestDesk } from './desk.ts';

const open: TestDesk[] = [];
afterEach(async () => {
  for (const desk of open.splice(0)) await desk[Symbol.asyncDispose]();
});

/** A desk whose hub follows the log. */
export async function liveDesk(options: Parameters<typeof createDesk>[0] = {}): Promise<TestDesk> {
  const desk = await createDesk(options);
  open.push(desk);
  await desk.hub.start();
  return desk;
}

export const events = (desk: TestDesk, actor: Actor, after: string | null = null, ticketId: string | null = null) =>
  desk.subscriptions.ticketEvents({ actor, after }, ticketId);
export const alerts = (
  desk: TestDesk,
  actor: Actor,
  filter: Partial<Parameters<TestDesk['subscriptions']['slaAlerts']>[1]> = {},
  after: string | null = null,
) => desk.subscriptions.slaAlerts({ actor, after }, { kinds: null, tier: null, ...filter });

/** The next `count` things of a subscription. */
export async function take<T>(from: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { done, value } = await from.next();
    if (done) throw new Error(`It ended after ${taken.length} of ${count}.`);
    taken.push(value);
  }
  return taken;
}

export const told = ({ event }: DeliveredTicketEvent) => event.id;
export const typeOf = ({ event }: DeliveredTicketEvent) => event.type;
export const aboutTicket = ({ alert }: DeliveredAlert) => alert.ticketId;
