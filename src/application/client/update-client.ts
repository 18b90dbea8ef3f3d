import type { Actor } from '../../domain/actor.ts';
import { notFound, throwIfInvalid } from '../../domain/domain-error.ts';
import type { ClientTier } from '../../domain/enums.ts';
import { checkText } from '../../domain/text.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { MoveAfterEdit } from '../sla/move-after-edit.ts';
import { CLIENT_NAME } from './create-client.ts';
import type { Client, ClientStore } from './ports.ts';

interface Input {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly tier?: ClientTier | null | undefined;
}

/** Renames a client or changes its tier; a change of tier moves the due instants of its open tickets (docs/sla.md). */
export const updateClient =
  (deps: { clients: ClientStore; moveAfterEdit: MoveAfterEdit; clock: Clock; newId: NewId }) =>
  async (actor: Actor, input: Input): Promise<Client> => {
    authorise(actor, 'client.write');
    const name = typeof input.name === 'string' ? checkText('input.name', input.name, CLIENT_NAME) : null;
    throwIfInvalid(name?.problems ?? []);
    const id = asUuid(input.id);
    let retiered = false;
    const changed = id
      ? await deps.clients.change(id, (client) => {
          const next = { ...client, name: name?.value ?? client.name, tier: input.tier ?? client.tier };
          retiered = next.tier !== client.tier;
          if (!retiered && next.name === client.name) return { client, events: [] };
          const event = {
            id: deps.newId(),
            type: 'client.updated' as const,
            subjectId: client.id,
            actorId: actor.id,
            from: client.tier,
            to: next.tier,
            occurredAt: deps.clock.now(),
            data: { nameBefore: client.name, name: next.name },
          };
          return { client: next, events: [event] };
        })
      : null;
    if (!changed) throw notFound('client', input.id);
    if (retiered) await deps.moveAfterEdit({ clientId: changed.id });
    return changed;
  };
