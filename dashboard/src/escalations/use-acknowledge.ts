import { useCallback, useState } from 'react';
import { ask } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { tellDone, tellRefusals } from '../shared/notify.ts';
import { WallAcknowledgeDocument } from './documents.generated.ts';
import { wallTexts } from './texts.ts';
import type { WallModel } from './wall-model.ts';

/** The API takes them one by one; so many at a time are under way. */
const AT_ONCE = 4;

export interface Acknowledging {
  /** Those that are on their way. */
  readonly busy: ReadonlySet<string>;
  /** Takes the escalations of these tickets on, and tells what came of it. */
  readonly acknowledge: (ticketIds: readonly string[]) => Promise<void>;
}

export function useAcknowledge(model: WallModel): Acknowledging {
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const acknowledge = useCallback(
    async (ticketIds: readonly string[]) => {
      setBusy((before) => new Set([...before, ...ticketIds]));
      const reasons = new Map<string, number>();
      const waiting = [...ticketIds];
      const work = async (): Promise<void> => {
        for (let ticketId = waiting.shift(); ticketId !== undefined; ticketId = waiting.shift()) {
          const done = ticketId;
          try {
            model.renew((await ask(WallAcknowledgeDocument, { ticketId: done })).acknowledgeEscalation);
          } catch (error) {
            const { message } = asProblem(error, apiTexts.unreachable);
            reasons.set(message, (reasons.get(message) ?? 0) + 1);
          }
          setBusy((before) => new Set([...before].filter((id) => id !== done)));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      const refused = [...reasons.values()].reduce((sum, count) => sum + count, 0);
      const { waiting: texts } = wallTexts;
      if (refused < ticketIds.length) tellDone(texts.done(ticketIds.length - refused));
      if (refused > 0) {
        const lines = [...reasons].map(([message, count]) => texts.reason(count, message));
        tellRefusals(texts.refused(refused), lines);
      }
    },
    [model],
  );
  return { busy, acknowledge };
}
