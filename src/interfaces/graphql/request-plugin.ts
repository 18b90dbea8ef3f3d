import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  type ValidationContext,
} from 'graphql';
import type { DomainError } from '../../domain/domain-error.ts';
import type { Caller } from './caller.ts';
import type { GraphqlContext } from './context.ts';
import { mergeFieldErrors, validationFailed } from './errors.ts';
import type { OperationRecord } from './operation-metrics.ts';
import type { AnswerPlanned } from './planned/planned-lists.ts';
import { asData } from './planned/planned-text.ts';
import type { AuditedMutations } from './trail/audited-mutations.ts';
import { withCheapPlaces } from './validation/document-shape.ts';
import { type DocumentLimits, limitErrors, tooNested } from './validation/limits.ts';
import { operationCheck } from './validation/operation-check.ts';
import { countField, fragmentsOf } from './validation/operation-size.ts';

/** What a charge against a rate limit answers: headers to send, and why the request is refused when it went over. */
export interface Charge {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: DomainError<'RATE_LIMITED'> | null;
}

/** Counts `logins` attempts to sign in against the caller's address. */
export type ChargeLogins = (caller: Caller, logins: number) => Promise<Charge>;

export interface RequestPluginDeps {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly chargeLogins: ChargeLogins;
  readonly recordOf: (request: object) => OperationRecord | undefined;
  readonly auditedMutations?: AuditedMutations | undefined;
  /** Answers some operations before the resolvers are asked; absent: none. */
  readonly planned?: AnswerPlanned | undefined;
}

/** What takes the place of a document that is too large: why. */
const refused = new WeakMap<DocumentNode, readonly GraphQLError[]>();

/** Reports why a document was refused in whose place another one is validated. */
export function refusedDocuments(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      for (const error of refused.get(document) ?? []) context.reportError(error);
    },
  };
}

/**
 * All that this API does around an operation over HTTP, as one plugin: Apollo asks each plugin at every step by promises of its own, which
 * cost more than the steps do.
 */
export function requestPlugin(deps: RequestPluginDeps): ApolloServerPlugin<Caller> {
  const { limits, chargeLogins, auditedMutations, planned } = deps;
  const check = operationCheck(deps.schema, limits);
  const recordIn = ({ http }: { readonly http?: object }): OperationRecord | undefined => http && deps.recordOf(http);

  const listener: GraphQLRequestListener<Caller> = {
    async parsingDidStart({ source }) {
      return async (error) => {
        if (error instanceof RangeError) error.cause = tooNested(source, limits);
      };
    },

    // Apollo validates by all rules of graphql-js before any of ours: so that none of them works through a document that is too large, an
    // empty one takes its place, on which `refusedDocuments` reports.
    async validationDidStart(context) {
      const { document, source } = context;
      const errors = limitErrors(document, limits);
      const inItsPlace = errors.length > 0 ? parse('{ __typename }') : withCheapPlaces(document, source);
      if (errors.length > 0) refused.set(inItsPlace, errors);
      (context as { document: DocumentNode }).document = inItsPlace;
    },

    async didResolveOperation({ document, operation, operationName, request, contextValue, response }) {
      recordIn(request)?.resolved(operationName, operation?.operation);
      const refusal = operation && check(document, operation, request.variables ?? {});
      if (refusal) throw refusedWhole(refusal, 400);
      if (operation?.operation === 'subscription') {
        const message = 'Send a subscription over the WebSocket (graphql-transport-ws) at the same address.';
        throw refusedWhole(validationFailed([{ path: 'query', message }]), 400);
      }
      const logins = countLogins(document, operation);
      if (logins === 0) return;
      const charge = await chargeLogins(contextValue, logins);
      for (const [name, value] of Object.entries(charge.headers)) response.http.headers.set(name, value);
      if (charge.refusal) throw refusedWhole(charge.refusal, 429);
    },

    async responseForOperation({ document, operation, request, contextValue, response }) {
      const text = await planned?.(document, operation, request.variables ?? {}, contextValue as GraphqlContext);
      if (text === undefined || text === null) return null;
      return { http: response.http, body: { kind: 'single', singleResult: { data: asData(text) } } };
    },

    async willSendResponse({ document, operation, request, contextValue, response }) {
      if (response.body.kind !== 'single') return;
      const { singleResult } = response.body;
      const errors = singleResult.errors && mergeFieldErrors(singleResult.errors);
      if (errors) singleResult.errors = errors;
      const code = errors?.[0]?.extensions?.code;
      // Found while the upload was running in, but it refuses the whole request.
      if (code === 'PAYLOAD_TOO_LARGE') response.http.status = 413;
      recordIn(request)?.finish(typeof code === 'string' ? code : 'ok');
      if (!document || !errors || !auditedMutations) return;
      // Mutations that were recognised and refused before their resolvers were asked leave their entries too.
      const trailed = errors.map(({ path, extensions }) => ({ path, code: String(extensions?.code) }));
      await auditedMutations.refused(contextValue, document, operation, trailed);
    },
  };
  return { requestDidStart: async () => listener };
}

/** How many times an operation tries to sign in: each alias of `login` is an attempt. */
export function countLogins(document: DocumentNode, operation: OperationDefinitionNode | undefined): number {
  return operation?.operation === 'mutation' ? countField(fragmentsOf(document), operation.selectionSet, 'login') : 0;
}

/** Nothing of the operation has run: HTTP says so with its status. */
export function refusedWhole(refusal: DomainError, status: number): GraphQLError {
  return new GraphQLError(refusal.message, { originalError: refusal, extensions: { http: { status } } });
}
