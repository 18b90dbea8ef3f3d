import type { AnyVariables, TypedDocumentNode } from '@urql/core';
import { useCallback, useMemo } from 'react';
import { useQuery } from 'urql';
import { problemIn } from './client.ts';
import type { Problem } from './problem.ts';

/** What a page knows of its query. */
export interface Answer<Data> {
  /** The last answer; kept while the next one is on its way. */
  readonly data: Data | undefined;
  readonly problem: Problem | null;
  readonly isLoading: boolean;
  /** Asks again. */
  readonly reload: () => void;
}

/** The answer of a query, asked for when the component appears and whenever the variables change; `pause`: not now. */
export function useAnswer<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false }: { readonly pause?: boolean } = {},
): Answer<Data> {
  const key = JSON.stringify(variables);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same variables in a new object are no new question.
  const kept = useMemo(() => variables, [key]);
  const [{ data, error, fetching }, execute] = useQuery({ query: document, variables: kept, pause } as Parameters<
    typeof useQuery<Data, Variables>
  >[0]);
  const reload = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  return { data, problem: error ? problemIn(error).problem : null, isLoading: fetching, reload };
}
