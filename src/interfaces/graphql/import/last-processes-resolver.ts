import { Arg, Ctx, FieldResolver, Int, Resolver } from 'type-graphql';
import type { lastProcesses } from '../../../application/report/last-processes.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { ReportsType } from '../report/reports-resolver.ts';
import { ImportProcessType, toImportProcess } from './import-process-type.ts';

/** The one report that tells of imports instead of tickets. */
@Resolver(() => ReportsType)
export class LastProcessesResolver {
  constructor(private readonly useCases: { readonly lastProcesses: ReturnType<typeof lastProcesses> }) {}

  @FieldResolver(() => [ImportProcessType], { description: 'The newest imports, newest first.' })
  async lastProcesses(
    @Ctx() context: GraphqlContext,
    @Arg('limit', () => Int, { defaultValue: 10, description: 'How many imports, 1 to 100.' }) limit: number,
  ): Promise<ImportProcessType[]> {
    const processes = await this.useCases.lastProcesses(signedIn(context), { limit });
    return processes.map((process) => toImportProcess(process, context.loaders.now()));
  }
}
