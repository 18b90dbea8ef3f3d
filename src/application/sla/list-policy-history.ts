import type { Actor } from '../../domain/actor.ts';
import type { ClientTier } from '../../domain/enums.ts';
import type { SlaPolicy } from '../../domain/sla-policy.ts';
import { authorise } from '../authorise.ts';
import type { PolicyStore } from './ports.ts';

/** Every version of a tier's policy, newest first. SUPERVISOR and ADMIN. */
export const listPolicyHistory =
  (deps: { policies: PolicyStore }) =>
  async (actor: Actor, tier: ClientTier): Promise<SlaPolicy[]> => {
    authorise(actor, 'policy.history');
    return deps.policies.history(tier);
  };
