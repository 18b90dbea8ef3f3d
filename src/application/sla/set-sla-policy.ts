import type { Actor } from '../../domain/actor.ts';
import { normalCalendar } from '../../domain/calendar/business-calendar.ts';
import { throwIfInvalid } from '../../domain/domain-error.ts';
import { policyProblems, type SlaPolicy, type SlaPolicyEdit } from '../../domain/sla-policy.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { MoveOutdatedClocks } from './move-outdated-clocks.ts';
import type { PolicyStore } from './ports.ts';

/**
 * Puts the next version of a tier's policy in force and moves its open tickets to it: the first 500 before this returns, the rest
 * in the background.
 */
export const setSlaPolicy =
  (deps: { policies: PolicyStore; moveOutdatedClocks: MoveOutdatedClocks; clock: Clock; newId: NewId }) =>
  async (actor: Actor, asked: SlaPolicyEdit): Promise<SlaPolicy> => {
    authorise(actor, 'policy.write');
    const now = deps.clock.now();
    throwIfInvalid(policyProblems(asked, 'input', now));
    const edit = { ...asked, calendar: asked.calendar && normalCalendar(asked.calendar) };
    const policy = await deps.policies.set(edit, actor.id, now, (next) => ({
      id: deps.newId(),
      type: 'policy.set',
      subjectId: null,
      actorId: actor.id,
      from: `${next.version - 1}`,
      to: `${next.version}`,
      occurredAt: now,
      data: { ...edit },
    }));
    await deps.moveOutdatedClocks({ tier: edit.tier });
    return policy;
  };
