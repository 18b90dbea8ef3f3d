import { Field, InputType, ObjectType } from 'type-graphql';
import { IMPORT_FIELDS, type ImportField } from '../../../domain/import-columns.ts';
import { IGNORE_COLUMN } from '../../../domain/import-mapping.ts';

@ObjectType('ImportColumn', { simpleResolvers: true, description: 'What a column of an imported file was taken for.' })
export class ImportColumnType {
  @Field(() => String, { description: 'Its header as a person would read it; an empty text where blank.' })
  readonly header!: string;

  @Field(() => String, { nullable: true, description: `${IMPORT_FIELDS.join(', ')}; null when it is ignored.` })
  readonly field!: string | null;

  @Field(() => Boolean, { description: 'Whether it was left out, because it means nothing here or was mapped so.' })
  readonly ignored!: boolean;
}

@InputType('ColumnMapping', { description: 'What a column is, whatever it would be taken for by its header.' })
export class ColumnMappingInput {
  @Field(() => String, {
    description:
      'The header as it stands in the file; case, spaces, _ and - matter only where several headers differ in nothing else.',
  })
  header!: string;

  @Field(() => String, {
    description: `${IMPORT_FIELDS.join(', ')}, in any case; or ${IGNORE_COLUMN}, to leave the column out.`,
  })
  field!: string;
}

/** A column as GraphQL shows it. */
export function toImportColumn(header: string, field: ImportField | null): ImportColumnType {
  return { header, field, ignored: field === null };
}
