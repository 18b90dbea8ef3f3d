import { type ExecutionArgs, execute, type GraphQLSchema, getOperationAST } from 'graphql';
import { PersonalError, type Sharing } from '../../../application/live/live-sharing.ts';
import type { LiveSubscription } from '../../../application/live/live-subscription.ts';
import type { Actor } from '../../../domain/actor.ts';
import type { Caller } from '../caller.ts';
import type { LogScope } from '../log-scope.ts';
import { cursorVariable } from './cursor-variable.ts';
import { SharedPayload } from './next-frame.ts';
import { FailedPayload, type Recipient, SocketMember } from './socket-member.ts';

interface Deps {
  readonly schema: GraphQLSchema;
  readonly createContext: (caller: Caller) => Caller;
  readonly newRequestId: () => string;
  readonly scope: LogScope;
}

type Shared = SharedPayload | FailedPayload;

/** Subscriptions that are what others are too: what is told is executed and written once for all of them (docs/adr/0009). */
export interface FanOut {
  /** Puts a subscription among its like; returns where its results go, null when it goes alone. */
  share(
    subscription: LiveSubscription<unknown>,
    args: ExecutionArgs,
    caller: Caller & { readonly actor: Actor },
    to: Recipient,
  ): SocketMember | null;
}

export function createFanOut(deps: Deps): FanOut {
  /** Documents whose results have turned out to be personal; bounded, since callers choose them. */
  const personal = new Set<string>();

  /** Executes for whoever may see the same as `caller`; a result that looked at who exactly that is must not be shared. */
  function maker({ schema, document, operationName, variableValues }: ExecutionArgs, caller: Caller, actor: Actor) {
    let isPersonal = false;
    const anybody: Actor = {
      role: actor.role,
      get id() {
        isPersonal = true;
        return actor.id;
      },
    };
    const requestId = deps.newRequestId();
    const fields = { requestId, operation: operationName ?? null, role: actor.role };
    // Made when it is needed: most of them join a group that has one.
    let contextValue: Caller | null = null;
    return async (rootValue: unknown): Promise<Shared> => {
      // Its address is nobody's; its origin is part of the key.
      contextValue ??= deps.createContext({ actor: anybody, requestId, ip: '', origin: caller.origin });
      const result = await deps.scope.run(fields, async () =>
        execute({ schema, document, operationName, variableValues, contextValue, rootValue }),
      );
      if (isPersonal) throw new PersonalError();
      return result.errors ? new FailedPayload(result) : new SharedPayload(JSON.stringify(result));
    };
  }

  return {
    share(subscription, args, caller, to) {
      const text = args.document.loc?.source.body;
      if (text === undefined || personal.has(text)) return null;
      const { actor, origin } = caller;
      const member = new SocketMember(to);
      const sharing: Sharing<unknown, Shared> = {
        key: JSON.stringify([actor.role, origin, args.operationName ?? null, variablesOf(args), text]),
        make: maker(args, caller, actor),
        member,
      };
      subscription.share(sharing, () => {
        if (personal.size >= PERSONAL_MAX) personal.clear();
        personal.add(text);
      });
      return member;
    },
  };
}

const PERSONAL_MAX = 1_000;

/** The variables that decide what is told: those that the operation declares, but for its cursor. */
function variablesOf({ document, operationName, variableValues }: ExecutionArgs): unknown {
  const operation = getOperationAST(document, operationName);
  if (!operation) return null;
  const cursor = cursorVariable(document, operation);
  return (operation.variableDefinitions ?? [])
    .map(({ variable }) => variable.name.value)
    .filter((name) => name !== cursor && variableValues && Object.hasOwn(variableValues, name))
    .map((name) => [name, variableValues?.[name]]);
}
