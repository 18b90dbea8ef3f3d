import { Arg, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { subscribeImportProgress } from '../../../application/live/import-progress.ts';
import type {
  DeliveredAlert,
  DeliveredTicketEvent,
  Subscriber,
  subscribeSlaAlerts,
  subscribeTicketEvents,
} from '../../../application/live/subscribe.ts';
import type { ClientTier } from '../../../domain/enums.ts';
import type { ImportProcess } from '../../../domain/import-process.ts';
import type { SlaAlertKind } from '../../../domain/sla-alert.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { ClientTierEnum, SlaAlertKindEnum } from '../enums.ts';
import { ImportProcessType, toImportProcess } from '../import/import-process-type.ts';
import { SlaAlertType, toSlaAlert } from '../sla/sla-alert-type.ts';
import { TicketEventType, toTicketEvent } from '../ticket/ticket-event-type.ts';

/** What subscriptions call; part of the context, since type-graphql subscribes without a resolver instance. */
export interface LiveSubscriptions {
  readonly slaAlerts: ReturnType<typeof subscribeSlaAlerts>;
  readonly ticketEvents: ReturnType<typeof subscribeTicketEvents>;
  readonly importProgress: ReturnType<typeof subscribeImportProgress>;
}

const AFTER = {
  nullable: true,
  description:
    'A cursor of the event log: first everything after it, then live, without gap or repeat. null: live only. Older than the kept log: CURSOR_EXPIRED. The past is read 200 events at a time, as they are taken.',
};

/** Arguments as graphql-js coerced them; those that were left out are undefined. */
interface Args {
  readonly after?: string | null;
  readonly kinds?: SlaAlertKind[] | null;
  readonly tier?: ClientTier | null;
  readonly ticketId?: string | null;
  readonly id?: string;
}

interface Data {
  readonly args: Args;
  readonly context: GraphqlContext;
}

function subscriber({ args, context }: Data): Subscriber {
  return { actor: signedIn(context), after: args.after ?? null };
}

@Resolver()
export class LiveSubscriptionResolver {
  @Subscription(() => SlaAlertType, {
    description:
      'Broken and endangered promises, live. An AGENT gets those of tickets that they hold at delivery. A subscriber too slow is cut off with 1013 and resumes after its last cursor.',
    subscribe: (data: Data) => {
      const { kinds = null, tier = null } = data.args;
      return data.context.subscriptions.slaAlerts(subscriber(data), { kinds, tier });
    },
  })
  slaAlerts(
    @Root() { alert, ticket }: DeliveredAlert,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Arg('kinds', () => [SlaAlertKindEnum], { nullable: true, description: 'Only alerts of these kinds.' })
    _kinds: SlaAlertKind[] | null,
    @Arg('tier', () => ClientTierEnum, { nullable: true, description: 'Only alerts of this tier.' })
    _tier: ClientTier | null,
  ): SlaAlertType {
    return toSlaAlert(alert, ticket);
  }

  @Subscription(() => TicketEventType, {
    description:
      'What happens to tickets, or to one, live. An AGENT learns of a deletion by an event without its ticket.',
    subscribe: (data: Data) => data.context.subscriptions.ticketEvents(subscriber(data), data.args.ticketId ?? null),
  })
  ticketEvents(
    @Root() { event, ticket }: DeliveredTicketEvent,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Arg('ticketId', () => ID, { nullable: true, description: 'Only events of this ticket; unknown: NOT_FOUND.' })
    _ticketId: string | null,
  ): TicketEventType {
    return toTicketEvent(event, ticket);
  }

  @Subscription(() => ImportProcessType, {
    description:
      'An import as it is now, then at each change, 5 times a second at most; completes when the import has ended.',
    subscribe: (data: Data) => data.context.subscriptions.importProgress(subscriber(data), data.args.id ?? ''),
  })
  importProgress(
    @Root() process: ImportProcess,
    @Ctx() { loaders }: GraphqlContext,
    @Arg('id', () => ID, { description: 'The import; unknown: NOT_FOUND.' }) _id: string,
  ): ImportProcessType {
    return toImportProcess(process, loaders.now());
  }
}
