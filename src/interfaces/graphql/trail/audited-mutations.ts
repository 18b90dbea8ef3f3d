import {
  type DocumentNode,
  defaultFieldResolver,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Act, Trail } from '../../../application/trail/ports.ts';
import type { Caller } from '../caller.ts';
import { aimOf, isObject, triedArguments } from './tried-arguments.ts';

/** What an answer says of an error, as far as the trail looks at it. */
export interface TrailedError {
  readonly path?: readonly (string | number)[] | undefined;
  readonly code: string;
}

/** Sees to it that each mutation leaves its entry, whatever becomes of it and over whatever transport it came. */
export interface AuditedMutations {
  /** Leaves the entries of mutations of an answered operation that were refused before their resolvers were asked. */
  refused(
    caller: Caller,
    document: DocumentNode,
    operation: OperationDefinitionNode | undefined,
    errors: readonly TrailedError[],
  ): Promise<void>;
}

/** These are aimed at whoever is signed in. */
const OWN = new Set(['logoutEverywhere', 'changePassword']);

/**
 * Records every mutation of `schema` by `trail`, a later one too: there is nothing to add for it. An operation that is refused as a
 * whole (wrong variables, a limit) leaves one entry, for its first field; fields behind one that failed are never begun, and leave none.
 */
export function auditMutations(schema: GraphQLSchema, trail: Trail): AuditedMutations {
  const begun = new WeakMap<object, Set<string | number>>();
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (source, args, context: Caller, info) => {
      const keys = begun.get(context) ?? new Set();
      begun.set(context, keys.add(info.path.key));
      return trail.record(actOf(field.name, args, context), async () => {
        const result: unknown = await resolve(source, args, context, info);
        // An upload of bytes that are known names the import that there is.
        const found = aimOf(args) === null && isObject(result) ? aimOf({ id: result.id }) : null;
        if (found) trail.concerns(found);
        return result;
      });
    };
  }
  return {
    async refused(caller, document, operation, errors) {
      if (operation?.operation !== 'mutation' || errors.length === 0) return;
      const keys = begun.get(caller);
      const fields = rootFields(document, operation);
      const told = new Set<string>();
      for (const { path, code } of errors) {
        const field = path ? fields.find(({ key }) => key === path[0]) : fields[0];
        if (!field || told.has(field.key) || (path ? keys?.has(field.key) : keys)) continue;
        told.add(field.key);
        await trail.refused(actOf(field.name, {}, caller), code);
      }
    },
  };
}

/** What a caller sets out to do by the mutation `action`. */
export function actOf(action: string, args: Readonly<Record<string, unknown>>, { actor, ip, requestId }: Caller): Act {
  const actorId = actor?.id ?? null;
  const subjectId = OWN.has(action) ? actorId : aimOf(args);
  return { action, actorId, ip, requestId, subjectId, tried: triedArguments(args) };
}

/** The fields that the operation asks its root for, in their order; what a fragment holds stands where it is first spread. */
function rootFields(document: DocumentNode, operation: OperationDefinitionNode) {
  const spread = new Set<string>();
  const fields: { readonly key: string; readonly name: string }[] = [];
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (node.kind === 'InlineFragment') collect(node.selectionSet);
      else if (node.kind === 'Field') {
        const name = node.name.value;
        if (!name.startsWith('__')) fields.push({ key: node.alias?.value ?? name, name });
      } else if (!spread.has(node.name.value)) {
        spread.add(node.name.value);
        for (const each of document.definitions) {
          if (each.kind === 'FragmentDefinition' && each.name.value === node.name.value) collect(each.selectionSet);
        }
      }
    }
  };
  collect(operation.selectionSet);
  return fields;
}
