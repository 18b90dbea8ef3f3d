import type { Actor } from '../../domain/actor.ts';
import type { SlaPolicy } from '../../domain/sla-policy.ts';
import { authorise } from '../authorise.ts';
import type { PolicyStore } from './ports.ts';

/** The policies in force, VIP first. */
export const listSlaPolicies =
  (deps: { policies: PolicyStore }) =>
  async (actor: Actor): Promise<SlaPolicy[]> => {
    authorise(actor, 'desk.read');
    return deps.policies.all();
  };
