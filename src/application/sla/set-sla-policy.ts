import type { Actor } from '../../domain/actor.ts';
import type { SlaPolicy, SlaPolicyEdit } from '../../domain/sla-policy.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import { checkPolicyEdit } from './check-policy-edit.ts';
import type { MoveAfterEdit } from './move-after-edit.ts';
import type { PolicyStore } from './ports.ts';

/**
 * Puts the next version of a tier's policy in force and moves its open tickets to it: the first 500 before this returns, the rest
 * in the background.
 */
export const setSlaPolicy =
  (deps: { policies: PolicyStore; moveAfterEdit: MoveAfterEdit; clock: Clock; newId: NewId }) =>
  async (actor: Actor, asked: SlaPolicyEdit): Promise<SlaPolicy> => {
    authorise(actor, 'policy.write');
    const now = () => deps.clock.now();
    const edit = checkPolicyEdit(asked, now());
    const policy = await deps.policies.set(edit, actor.id, now, (next) => ({
      id: deps.newId(),
      type: 'policy.set',
      subjectId: null,
      actorId: actor.id,
      from: `${next.version - 1}`,
      to: `${next.version}`,
      occurredAt: next.changedAt,
      data: { ...edit },
    }));
    await deps.moveAfterEdit({ tier: edit.tier });
    return policy;
  };
