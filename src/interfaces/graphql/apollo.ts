import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Logger } from '../../application/runtime.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import type { Caller } from './caller.ts';
import { type FormatError, mergeFieldErrors, validationFailed } from './errors.ts';
import { limitsPlugin, refusedDocuments, refusedWhole } from './limits-plugin.ts';
import { type OperationRecord, operationMetricsPlugin } from './operation-metrics.ts';
import type { AnswerPlanned } from './planned/planned-lists.ts';
import { plannedPlugin, stringifyResult } from './planned/planned-plugin.ts';
import type { AuditedMutations } from './trail/audited-mutations.ts';
import { KeptDocuments } from './validation/kept-documents.ts';
import type { DocumentLimits } from './validation/limits.ts';
import { countField, fragmentsOf } from './validation/operation-size.ts';
import { documentRules, EXECUTION_OPTIONS } from './validation/rules.ts';

/** What a charge against a rate limit answers: headers to send, and why the request is refused when it went over. */
export interface Charge {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: DomainError<'RATE_LIMITED'> | null;
}

/** Counts `logins` attempts to sign in against the caller's address. */
export type ChargeLogins = (caller: Caller, logins: number) => Promise<Charge>;

export interface ApolloDeps {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly introspection: boolean;
  readonly logger: Logger;
  readonly formatError: FormatError;
  /** The id of the request that is being answered now. */
  readonly requestId: () => string;
  readonly chargeLogins: ChargeLogins;
  readonly recordOf: (request: object) => OperationRecord | undefined;
  readonly auditedMutations?: AuditedMutations | undefined;
  /** Answers some operations before the resolvers are asked; absent: none. */
  readonly planned?: AnswerPlanned | undefined;
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
      limitsPlugin(deps.schema, deps.limits),
      subscriptionPlugin,
      loginPlugin(deps.chargeLogins),
      mergePlugin,
      ...(deps.planned ? [plannedPlugin(deps.planned)] : []),
      ...(deps.auditedMutations ? [refusedMutationsPlugin(deps.auditedMutations)] : []),
      operationMetricsPlugin(deps.recordOf),
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

/** How many times an operation tries to sign in: each alias of `login` is an attempt. */
export function countLogins(document: DocumentNode, operation: OperationDefinitionNode | undefined): number {
  return operation?.operation === 'mutation' ? countField(fragmentsOf(document), operation.selectionSet, 'login') : 0;
}

function loginPlugin(chargeLogins: ChargeLogins): ApolloServerPlugin<Caller> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, contextValue, response }) {
          const logins = countLogins(document, operation);
          if (logins === 0) return;
          const { headers, refusal } = await chargeLogins(contextValue, logins);
          for (const [name, value] of Object.entries(headers)) response.http.headers.set(name, value);
          if (refusal) throw refusedWhole(refusal, 429);
        },
      };
    },
  };
}

const subscriptionPlugin: ApolloServerPlugin<Caller> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        if (operation?.operation !== 'subscription') return;
        const message = 'Send a subscription over the WebSocket (graphql-transport-ws) at the same address.';
        throw refusedWhole(validationFailed([{ path: 'query', message }]), 400);
      },
    };
  },
};

const mergePlugin: ApolloServerPlugin<Caller> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response }) {
        if (response.body.kind !== 'single' || !response.body.singleResult.errors) return;
        const errors = mergeFieldErrors(response.body.singleResult.errors);
        response.body.singleResult.errors = errors;
        // Found while the upload was running in, but it refuses the whole request.
        if (errors[0]?.extensions?.code === 'PAYLOAD_TOO_LARGE') response.http.status = 413;
      },
    };
  },
};

/** Mutations that were recognised and refused before their resolvers were asked leave their entries too. */
function refusedMutationsPlugin(audited: AuditedMutations): ApolloServerPlugin<Caller> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ document, operation, contextValue, response }) {
          const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
          if (!document || !errors) return;
          const trailed = errors.map(({ path, extensions }) => ({ path, code: String(extensions?.code) }));
          await audited.refused(contextValue, document, operation, trailed);
        },
      };
    },
  };
}
