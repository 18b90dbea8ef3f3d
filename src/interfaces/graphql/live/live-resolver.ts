import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { eventCursor } from '../../../application/live/event-cursor.ts';
import type { listAlerts } from '../../../application/live/list-alerts.ts';
import type { ClientTier } from '../../../domain/enums.ts';
import type { SlaAlertKind } from '../../../domain/sla-alert.ts';
import { type Connection, toConnection } from '../connection.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { ClientTierEnum, SlaAlertKindEnum } from '../enums.ts';
import { SlaAlertConnection, type SlaAlertType, toSlaAlert } from '../sla/sla-alert-type.ts';

/** What a `LiveResolver` calls. */
export interface LiveQueries {
  readonly eventCursor: ReturnType<typeof eventCursor>;
  readonly listAlerts: ReturnType<typeof listAlerts>;
}

@Resolver()
export class LiveResolver {
  constructor(private readonly useCases: LiveQueries) {}

  @Query(() => String, {
    description:
      'The head of the event log now: read it before the first page, then subscribe with after, and nothing is missed.',
  })
  eventCursor(@Ctx() context: GraphqlContext): Promise<string> {
    return this.useCases.eventCursor(signedIn(context));
  }

  @Query(() => SlaAlertConnection, {
    description:
      'Alerts, oldest first, with the cursors of the subscription. An AGENT gets those of tickets that they hold now.',
  })
  async slaAlerts(
    @Ctx() context: GraphqlContext,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many at most, 1 to 100.' }) first: number,
    @Arg('after', () => String, {
      nullable: true,
      description: 'A cursor of the event log; CURSOR_EXPIRED when alerts behind it are gone.',
    })
    after: string | null,
    @Arg('kinds', () => [SlaAlertKindEnum], { nullable: true, description: 'Only alerts of these kinds.' }) kinds:
      | SlaAlertKind[]
      | null,
    @Arg('tier', () => ClientTierEnum, { nullable: true, description: 'Only alerts of this tier.' })
    tier: ClientTier | null,
  ): Promise<Connection<SlaAlertType>> {
    const alerts = await this.useCases.listAlerts(signedIn(context), { first, after, kinds, tier });
    return toConnection(alerts, (alert) => toSlaAlert(alert));
  }
}
