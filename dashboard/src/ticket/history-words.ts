import { sharedTexts } from '../shared/texts.ts';
import { ticketTexts } from './texts.ts';
import type { HistoryEvent } from './ticket-model.ts';

const { words } = ticketTexts.history;

/** What kind of thing an event is, for its mark on the timeline. */
export type EventTone = 'plain' | 'risk' | 'broken' | 'good';

export interface EventWords {
  /** Whether it is a sentence about its actor, whose name goes before it. */
  readonly byActor: boolean;
  readonly text: string;
  readonly tone: EventTone;
}

/** An event as a sentence; `nameOf` knows people by their ids. */
export function wordsOf({ type, from, to }: HistoryEvent, nameOf: (id: string) => string): EventWords {
  const by = (text: string): EventWords => ({ byActor: true, text, tone: 'plain' });
  const system = (text: string, tone: EventTone): EventWords => ({ byActor: false, text, tone });
  switch (type) {
    case 'ticket.created':
      return by(words.created);
    case 'ticket.updated':
      return by(words.updated(changedFields(to)));
    case 'ticket.status_changed':
      return { ...by(words.status(statusName(from), statusName(to))), tone: to === 'RESOLVED' ? 'good' : 'plain' };
    case 'ticket.assigned':
      return by(to === null ? words.released(nameOf(from ?? '')) : words.assigned(nameOf(to)));
    case 'ticket.commented':
      return by(to === 'internal' ? words.internal : words.commented);
    case 'ticket.deleted':
      return by(words.deleted);
    case 'ticket.restored':
      return by(words.restored);
    case 'sla.at_risk':
      return system(words.risk, 'risk');
    case 'sla.breached':
      return system(words.breached, 'broken');
    case 'sla.escalated':
      return system(words.escalated(to ?? ''), 'broken');
    case 'sla.acknowledged':
      return { ...by(words.acknowledged), tone: 'good' };
    case 'sla.policy_changed':
      return system(words.policy(to ?? ''), 'plain');
    case 'sla.tier_changed':
      return system(words.tier(from ?? '', to ?? ''), 'plain');
    default:
      return system(type, 'plain');
  }
}

function statusName(status: string | null): string {
  return (sharedTexts.status as Readonly<Record<string, string>>)[status ?? ''] ?? status ?? '';
}

/** The names in the JSON object of an update. */
function changedFields(json: string | null): string {
  try {
    const fields = Object.keys(JSON.parse(json ?? '{}') as object);
    return fields.join(', ');
  } catch {
    return json ?? '';
  }
}
