import { GraphQLUpload } from 'graphql-upload-minimal';
import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { cancelImport } from '../../../application/import/cancel-import.ts';
import type { discardDeadLetters } from '../../../application/import/discard-dead-letters.ts';
import type { findImport } from '../../../application/import/find-import.ts';
import type { importTickets } from '../../../application/import/import-tickets.ts';
import type { listDeadLetters } from '../../../application/import/list-dead-letters.ts';
import type { listImports } from '../../../application/import/list-imports.ts';
import type { resumeImport } from '../../../application/import/resume-import.ts';
import type { retryDeadLetters } from '../../../application/import/retry-dead-letters.ts';
import type { readQueueStats } from '../../../application/queue/read-queue-stats.ts';
import { type IncomingUpload, openUpload, type UploadLimits } from '../../http/incoming-upload.ts';
import { type Connection, toConnection } from '../connection.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { DeadLetterConnection, type DeadLetterType, toDeadLetterType } from './dead-letter-type.ts';
import { ColumnMappingInput } from './import-column-type.ts';
import { ImportProcessConnection, ImportProcessType, toImportProcess } from './import-process-type.ts';
import { QueueStatsType } from './queue-stats-type.ts';

/** What an `ImportResolver` calls. */
export interface ImportUseCases {
  readonly importTickets: ReturnType<typeof importTickets>;
  readonly cancelImport: ReturnType<typeof cancelImport>;
  readonly resumeImport: ReturnType<typeof resumeImport>;
  readonly retryDeadLetters: ReturnType<typeof retryDeadLetters>;
  readonly discardDeadLetters: ReturnType<typeof discardDeadLetters>;
  readonly findImport: ReturnType<typeof findImport>;
  readonly listImports: ReturnType<typeof listImports>;
  readonly listDeadLetters: ReturnType<typeof listDeadLetters>;
  readonly readQueueStats: ReturnType<typeof readQueueStats>;
}

const IDS = { nullable: true, description: 'Only these dead letters; left out: all of the import.' } as const;
const AFTER = { nullable: true, description: 'A cursor of this list: the page begins behind it.' } as const;

@Resolver(() => ImportProcessType)
export class ImportResolver {
  constructor(
    private readonly useCases: ImportUseCases,
    private readonly limits: UploadLimits,
  ) {}

  @Mutation(() => ImportProcessType, {
    description:
      'Uploads a workbook (.xlsx) or a CSV file of historical tickets by a GraphQL multipart request, with the header apollo-require-preflight, and queues its import. The same bytes with the same dryRun and mapping again return the existing import, unless that one failed; a cancelled one goes on. SUPERVISOR and ADMIN. PAYLOAD_TOO_LARGE above the limit, TIMEOUT when no bytes come for too long; no import is made then.',
  })
  async importTickets(
    @Ctx() context: GraphqlContext,
    @Arg('file', () => GraphQLUpload, { description: 'The workbook or CSV file.' }) file: Promise<IncomingUpload>,
    @Arg('dryRun', () => Boolean, {
      defaultValue: false,
      description: 'Judge every row by the same rules and store none: what is wrong is in the dead letters.',
    })
    dryRun: boolean,
    @Arg('mapping', () => [ColumnMappingInput], {
      nullable: true,
      description:
        'For columns whose headers do not say what they are, or say it wrongly; at most 200. Others go by their headers.',
    })
    mapping?: ColumnMappingInput[] | null,
  ): Promise<ImportProcessType> {
    const actor = signedIn(context);
    const options = { dryRun, mapping: mapping ?? null };
    const process = await this.useCases.importTickets(actor, await openUpload(file, this.limits), options);
    return toImportProcess(process, context.loaders.now());
  }

  @Mutation(() => ImportProcessType, {
    description:
      'Stops an import that waits or runs; what is in stays in, and uploading the same file goes on from there. Again: returns it as it is. CONFLICT when it has ended.',
  })
  async cancelImport(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, { description: 'The import.' }) id: string,
  ): Promise<ImportProcessType> {
    return toImportProcess(await this.useCases.cancelImport(signedIn(context), id), context.loaders.now());
  }

  @Mutation(() => ImportProcessType, {
    description:
      'Lets a cancelled import go on where it stopped. Again: returns it as it is. CONFLICT when it has ended otherwise, or was cancelled more than 30 days ago.',
  })
  async resumeImport(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, { description: 'The import.' }) id: string,
  ): Promise<ImportProcessType> {
    return toImportProcess(await this.useCases.resumeImport(signedIn(context), id), context.loaders.now());
  }

  @Mutation(() => ImportProcessType, {
    description:
      'Tries dead letters of an ended import once more, each alone; the import is RUNNING meanwhile. NOT_FOUND for an id that is none of its dead letters, CONFLICT while the import has not ended or has none.',
  })
  async retryDeadLetters(
    @Ctx() context: GraphqlContext,
    @Arg('importId', () => ID, { description: 'The import.' }) importId: string,
    @Arg('ids', () => [ID], IDS) ids?: string[] | null,
  ): Promise<ImportProcessType> {
    const process = await this.useCases.retryDeadLetters(signedIn(context), importId, ids ?? null);
    return toImportProcess(process, context.loaders.now());
  }

  @Mutation(() => Int, {
    description:
      'Deletes dead letters for good and returns how many; the counters of the import stay. NOT_FOUND for an id that is none of its dead letters: none is deleted then.',
  })
  async discardDeadLetters(
    @Ctx() context: GraphqlContext,
    @Arg('importId', () => ID, { description: 'The import.' }) importId: string,
    @Arg('ids', () => [ID], IDS) ids?: string[] | null,
  ): Promise<number> {
    return this.useCases.discardDeadLetters(signedIn(context), importId, ids ?? null);
  }

  @Query(() => ImportProcessType, { nullable: true, description: 'One import; null when there is none with this id.' })
  async importProcess(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, { description: 'The import.' }) id: string,
  ): Promise<ImportProcessType | null> {
    const process = await this.useCases.findImport(signedIn(context), id);
    return process && toImportProcess(process, context.loaders.now());
  }

  @Query(() => ImportProcessConnection, { description: 'Imports, newest first. SUPERVISOR and ADMIN.' })
  async importProcesses(
    @Ctx() context: GraphqlContext,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many, 1 to 100.' }) first: number,
    @Arg('after', () => String, AFTER) after?: string | null,
  ): Promise<Connection<ImportProcessType>> {
    const page = await this.useCases.listImports(signedIn(context), { first, after: after ?? null });
    return toConnection(page, (process) => toImportProcess(process, context.loaders.now()));
  }

  @Query(() => DeadLetterConnection, {
    description:
      'Dead letters, oldest first; those that are being tried again are not among them. SUPERVISOR and ADMIN.',
  })
  async deadLetters(
    @Ctx() context: GraphqlContext,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many, 1 to 100.' }) first: number,
    @Arg('importId', () => ID, { nullable: true, description: 'Only of this import; left out: of all.' })
    importId?: string | null,
    @Arg('after', () => String, AFTER) after?: string | null,
  ): Promise<Connection<DeadLetterType>> {
    const wanted = { importId: importId ?? null, first, after: after ?? null };
    return toConnection(await this.useCases.listDeadLetters(signedIn(context), wanted), toDeadLetterType);
  }

  @Query(() => [QueueStatsType], { description: 'Every job queue with its counts. SUPERVISOR and ADMIN.' })
  async queueStats(@Ctx() context: GraphqlContext): Promise<readonly QueueStatsType[]> {
    return this.useCases.readQueueStats(signedIn(context));
  }
}
