import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { ImportStatus } from '../../../domain/enums.ts';
import { hasErrorWorkbook } from '../../../domain/error-workbook.ts';
import { ignoredHeaders } from '../../../domain/import-columns.ts';
import { type ImportProcess, progressOf } from '../../../domain/import-process.ts';
import { connectionTypes } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { ImportStatusEnum } from '../enums.ts';
import { present } from '../loaders.ts';
import { Node } from '../node.ts';
import { DateTime } from '../scalars.ts';
import { toUser, UserType } from '../user/user-type.ts';
import { ImportColumnType, toImportColumn } from './import-column-type.ts';

@ObjectType('ImportProcess', {
  implements: Node,
  simpleResolvers: true,
  description:
    'One uploaded workbook on its way into the ticket logs. Counters hold what is committed; they never run ahead.',
})
export class ImportProcessType extends Node {
  readonly __typename = 'ImportProcess';

  @Field(() => String, { description: 'The name that the file was uploaded under, without folders.' })
  readonly filename!: string;

  @Field(() => Int, { description: 'Size of the file in bytes.' })
  readonly sizeBytes!: number;

  @Field(() => String, { description: "SHA-256 of the file's bytes, 64 hexadecimal digits." })
  readonly sha256!: string;

  @Field(() => ImportStatusEnum, { description: 'How the import stands.' })
  readonly status!: ImportStatus;

  @Field(() => Boolean, { description: 'Whether it only tries: its rows are judged, and none is stored.' })
  readonly dryRun!: boolean;

  @Field(() => [ImportColumnType], {
    description:
      'What each column of the file was taken for, in their order; empty until its header row has been read.',
  })
  readonly columns!: readonly ImportColumnType[];

  @Field(() => [String], { description: 'Headers of the file that mean nothing here and were left out, each once.' })
  readonly ignoredColumns!: readonly string[];

  @Field(() => Int, {
    nullable: true,
    description: 'Rows of the file that are not blank; null until it has been read to its end.',
  })
  readonly totalRows!: number | null;

  @Field(() => Int, { description: 'Rows that are in or have failed; it never falls.' })
  readonly processedRows!: number;

  @Field(() => Int, { description: 'Rows that are in the ticket logs.' })
  readonly succeededRows!: number;

  @Field(() => Int, {
    description:
      'Rows that went to the dead letters. A retry that succeeds moves one to succeededRows; discarding leaves it.',
  })
  readonly failedRows!: number;

  @Field(() => Int, {
    description:
      'How often a row was set apart to be tried alone: by itself when the store refused it, or by retryDeadLetters.',
  })
  readonly retriedRows!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Average pace over the time in which the import ran; null before its first rows are processed.',
  })
  readonly rowsPerSecond!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Whole seconds until the last row at that pace; null unless it runs and totalRows is known.',
  })
  readonly etaSeconds!: number | null;

  @Field(() => String, { nullable: true, description: 'Why the whole file failed; null unless the status is FAILED.' })
  readonly error!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Where the rejected rows can be downloaded as a workbook, with their row numbers and reasons, to be corrected and uploaded again. The link works without signing in, for 15 minutes: ask again for another. null unless the import has ended as COMPLETED_WITH_ERRORS or CANCELLED with failed rows.',
  })
  readonly errorWorkbookUrl!: (args: unknown, context: GraphqlContext) => string | null;

  @Field(() => UserType, { description: 'Who uploaded the file.' })
  readonly uploadedBy!: (args: unknown, context: GraphqlContext) => Promise<UserType>;

  @Field(() => DateTime, { description: 'When the upload was complete.' })
  readonly createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the reading began; null while it is QUEUED.' })
  readonly startedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it ended, failed or was cancelled; null while it goes on.',
  })
  readonly finishedAt!: Date | null;
}

export const { Connection: ImportProcessConnection } = connectionTypes(ImportProcessType, 'ImportProcess');

/** An import as GraphQL shows it at `now`. */
export function toImportProcess(process: ImportProcess, now: Date): ImportProcessType {
  const { headers, fields, mapping: _, workingSince: __, uploadedById, ...rest } = process;
  return {
    __typename: 'ImportProcess',
    ...rest,
    ...progressOf(process, now),
    columns: (headers ?? []).map((header, index) => toImportColumn(header, fields?.[index] ?? null)),
    ignoredColumns: ignoredHeaders(headers ?? [], fields ?? []),
    errorWorkbookUrl: (_, { errorWorkbookUrl }) => (hasErrorWorkbook(process) ? errorWorkbookUrl(process.id) : null),
    uploadedBy: async (_, { loaders }) =>
      toUser(present(await loaders.user.load(uploadedById), `User ${uploadedById}`)),
  };
}
