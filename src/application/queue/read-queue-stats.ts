import type { Actor } from '../../domain/actor.ts';
import { authorise } from '../authorise.ts';
import type { QueueCounts, QueueReader } from './ports.ts';

/** The counts of every queue; FORBIDDEN for agents. */
export const readQueueStats =
  (deps: { readonly queues: QueueReader }) =>
  async (actor: Actor): Promise<readonly QueueCounts[]> => {
    authorise(actor, 'queue.read');
    return deps.queues.counts();
  };
