import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import type { listAuditEntries } from '../../../application/trail/list-audit-entries.ts';
import { type Connection, toConnection } from '../connection.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { DateTime } from '../scalars.ts';
import { AuditEntryConnection, type AuditEntryType, toAuditEntry } from './audit-entry-type.ts';

/** What an `AuditResolver` calls. */
export interface AuditUseCases {
  readonly listAuditEntries: ReturnType<typeof listAuditEntries>;
}

@Resolver()
export class AuditResolver {
  constructor(private readonly useCases: AuditUseCases) {}

  @Query(() => AuditEntryConnection, {
    description:
      'Every mutation and every sign-in, failures included, newest first. ADMIN only. Pages stay as they are while new entries come in.',
  })
  async auditLog(
    @Ctx() context: GraphqlContext,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many at most, 1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'A cursor of this list: the page begins behind it.' })
    after?: string | null,
    @Arg('actorId', () => ID, { nullable: true, description: 'Only what this user did.' }) actorId?: string | null,
    @Arg('action', () => String, { nullable: true, description: 'Only this mutation, by its name in this schema.' })
    action?: string | null,
    @Arg('subjectId', () => ID, { nullable: true, description: 'Only what was done to this.' })
    subjectId?: string | null,
    @Arg('from', () => DateTime, { nullable: true, description: 'Only from this instant on.' }) from?: Date | null,
    @Arg('to', () => DateTime, { nullable: true, description: 'Only before this instant.' }) to?: Date | null,
  ): Promise<Connection<AuditEntryType>> {
    const page = await this.useCases.listAuditEntries(signedIn(context), {
      first,
      after: after ?? null,
      actorId: actorId ?? null,
      action: action ?? null,
      subjectId: subjectId ?? null,
      from: from ?? null,
      to: to ?? null,
    });
    return toConnection(page, toAuditEntry);
  }
}
