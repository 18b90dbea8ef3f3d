/** One kind of record in one store: read in pages, and taken from the other store. */
export interface RecordKeeper<T> {
  /** The next records after `after`, in an order that does not change, each with the key to go on after; none at the end. */
  readPage(after: string | null, limit: number): Promise<readonly { readonly key: string; readonly record: T }[]>;
  /** Adds or replaces; the same again changes nothing. */
  write(records: readonly T[]): Promise<void>;
  count(): Promise<number>;
  /** Removes all of them. */
  clear(): Promise<void>;
}

/** Of a record: numbers that have to add up to the same in both stores, under what a person reads. */
export type Figures = Readonly<Record<string, bigint>>;

/** A kind of record that moves from one store to another. */
export interface MovingPart<T = unknown> {
  /** What a person reads, in the plural: "imported logs". */
  readonly name: string;
  readonly from: RecordKeeper<T>;
  readonly to: RecordKeeper<T>;
  /** How many records go at a time; fewer for larger ones. */
  readonly pageSize: number;
  /** null: only the number of records is compared. */
  readonly figuresOf: ((record: T) => Promise<Figures>) | null;
}

/** How far each part has got, kept so that a move that was broken off goes on. */
export interface MoveProgress {
  /** The key after which the part goes on; null: it has not begun. */
  place(part: string): Promise<string | null>;
  /** Whether any part has begun. */
  hasBegun(): Promise<boolean>;
  save(part: string, key: string): Promise<void>;
  /** The move is over, or begins anew. */
  forget(): Promise<void>;
}

/** How many records of a kind, or what sum, both stores have in the end. */
export interface Comparison {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}
