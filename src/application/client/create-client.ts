import type { Actor } from '../../domain/actor.ts';
import { throwIfInvalid } from '../../domain/domain-error.ts';
import type { ClientTier } from '../../domain/enums.ts';
import { checkText } from '../../domain/text.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { Client, ClientStore } from './ports.ts';

export const CLIENT_NAME = { max: 200 };

/** Adds a client of the desk. Names need not be unique. */
export const createClient =
  (deps: { clients: ClientStore; clock: Clock; newId: NewId }) =>
  async (actor: Actor, input: { name: string; tier: ClientTier }): Promise<Client> => {
    authorise(actor, 'client.write');
    const name = checkText('input.name', input.name, CLIENT_NAME);
    throwIfInvalid(name.problems);
    const client: Client = { id: deps.newId(), name: name.value, tier: input.tier, createdAt: deps.clock.now() };
    return deps.clients.create(client, {
      id: deps.newId(),
      type: 'client.created',
      subjectId: client.id,
      actorId: actor.id,
      from: null,
      to: client.tier,
      occurredAt: client.createdAt,
      data: { name: client.name },
    });
  };
