import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from '../../application/runtime.ts';
import type { Caller } from './caller.ts';
import type { FormatError } from './errors.ts';
import { stringifyResult } from './planned/planned-text.ts';
import { type RequestPluginDeps, refusedDocuments, requestPlugin } from './request-plugin.ts';
import { KeptDocuments } from './validation/kept-documents.ts';
import { documentRules, EXECUTION_OPTIONS } from './validation/rules.ts';

export interface ApolloDeps extends RequestPluginDeps {
  readonly introspection: boolean;
  readonly logger: Logger;
  readonly formatError: FormatError;
  /** The id of the request that is being answered now. */
  readonly requestId: () => string;
}

const PERSISTED_QUERY_SECONDS = 3_600;

/** Apollo Server with this API's limits, errors and measurements; not yet started. */
export function createApollo(deps: ApolloDeps): ApolloServer<Caller> {
  const { logger, requestId, formatError } = deps;
  const warn = (message: unknown): void => logger.warn({ from: 'apollo' }, String(message));
  return new ApolloServer<Caller>({
    schema: deps.schema,
    // The rules below refuse introspection when it is off, over both transports in the same words.
    introspection: true,
    validationRules: [refusedDocuments, ...documentRules(deps.introspection)],
    validationOptions: { hideSuggestions: true },
    executionOptions: EXECUTION_OPTIONS,
    parseOptions: { maxTokens: deps.limits.tokens },
    persistedQueries: { ttl: PERSISTED_QUERY_SECONDS },
    documentStore: documentStore(),
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    stringifyResult,
    formatError: (_formatted, error) => formatError(error, requestId()),
    // What Apollo would log itself is logged by formatError, or names values that callers sent.
    logger: { debug: () => {}, info: () => {}, warn, error: warn },
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      requestPlugin(deps),
    ],
  });
}

/** Apollo's own store keeps seven times as much, which takes 100 MB of memory when callers send ever new documents. */
function documentStore(): NonNullable<ApolloServerOptions<Caller>['documentStore']> {
  const kept = new KeptDocuments();
  return {
    get: async (hash) => kept.get(hash),
    set: async (hash, document) => kept.set(hash, document),
    delete: async (hash) => kept.delete(hash),
  };
}
