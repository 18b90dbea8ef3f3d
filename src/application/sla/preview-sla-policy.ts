import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { SlaPolicyEdit } from '../../domain/sla-policy.ts';
import { draftPolicy, emptyPreview, type PolicyPreview, withTickets } from '../../domain/sla-policy-preview.ts';
import { authorise } from '../authorise.ts';
import type { Clock } from '../runtime.ts';
import { checkPolicyEdit } from './check-policy-edit.ts';
import type { OpenClocks } from './ports.ts';

/**
 * What `setSlaPolicy` with the same edit would do at this instant, to every open ticket of the tier; nothing is saved or logged.
 * SUPERVISOR and ADMIN. TIMEOUT once `signal` is aborted.
 */
export const previewSlaPolicy =
  (deps: { openClocks: OpenClocks; clock: Clock }) =>
  async (actor: Actor, asked: SlaPolicyEdit, signal?: AbortSignal): Promise<PolicyPreview> => {
    authorise(actor, 'policy.preview');
    const now = deps.clock.now();
    const edit = checkPolicyEdit(asked, now);
    return deps.openClocks.look(edit.tier, async ({ inForce, batches }) => {
      let preview = emptyPreview(draftPolicy(inForce, edit, actor.id, now));
      for await (const batch of batches) {
        if (signal?.aborted) throw givenUp();
        preview = withTickets(preview, batch);
      }
      return preview;
    });
  };

function givenUp(): DomainError {
  return new DomainError('TIMEOUT', 'The preview was given up: its time was up, or nobody waits for it any more.', {});
}
