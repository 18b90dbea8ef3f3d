import { invalid } from '../domain/domain-error.ts';

export interface PageItem<T> {
  readonly cursor: string;
  readonly node: T;
}

/** One page of a list. `totalCount` costs a statement and runs only when it is asked for. */
export interface Page<T> {
  readonly items: readonly PageItem<T>[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  totalCount(): Promise<number>;
}

/** `first` when it is a whole number from 1 to `max`; else VALIDATION_FAILED naming the limit. */
export function checkFirst(first: number, max = 100, path = 'first'): number {
  if (Number.isInteger(first) && first >= 1 && first <= max) return first;
  throw invalid(path, `"${path}" must be a whole number from 1 to ${max}; it was ${first}.`);
}

/** A page from rows that were read with one more than `first`, as keyset lists do to learn whether there is a next page. */
export function pageOf<R, T>(
  rows: readonly R[],
  first: number,
  item: (row: R) => PageItem<T>,
  rest: { readonly hasPreviousPage: boolean; readonly totalCount: () => Promise<number> },
): Page<T> {
  return { items: rows.slice(0, first).map(item), hasNextPage: rows.length > first, ...rest };
}
