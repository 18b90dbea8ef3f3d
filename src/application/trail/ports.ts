import type { AuditEntry, AuditedChange, Facts } from '../../domain/trail.ts';
import type { Page } from '../page.ts';
import type { OpenAct } from './open-act.ts';

/** What somebody sets out to do: everything that is known before it is tried. */
export interface Act {
  /** The mutation, by its name in the schema. */
  readonly action: string;
  /** null: nobody is signed in. */
  readonly actorId: string | null;
  readonly ip: string;
  readonly requestId: string;
  /** What it is aimed at, as far as the call names it. */
  readonly subjectId: string | null;
  /** What was asked for, without secrets; kept only when it fails. */
  readonly tried: Facts;
}

/** Leaves one entry for each act. */
export interface Trail {
  /**
   * Does `work` and leaves exactly one entry of it, however it ends. The entry of a change is written in the transaction that makes the
   * change; that of a failure, or of what changed nothing, once `work` is over. What `work` throws is thrown on.
   */
  record<T>(act: Act, work: () => Promise<T>): Promise<T>;
  /**
   * The act that is being recorded has parts, each of which leaves an entry, and the whole leaves none. Returns how to record a part;
   * without an act it is just done.
   */
  parts(): <T>(aimedAt: Pick<Act, 'subjectId' | 'tried'>, work: () => Promise<T>) => Promise<T>;
  /** It turned out whom or what the act that is being recorded concerns, also when it fails. */
  concerns(subjectId: string): void;
  /** Leaves the entry of an act that was refused before it was begun. */
  refused(act: Act, code: string): Promise<void>;
}

/** Which act is being done, wherever one asks on its way; it may be settled already. */
export interface OpenActs {
  /** Does `work` as part of `act`. */
  run<T>(act: OpenAct, work: () => T): T;
  current(): OpenAct | undefined;
}

/** Tells the act that is being done what it changed where no transaction of its own can carry the entry. */
export type NoteChange = (change: AuditedChange) => void;

export interface AuditFilter {
  readonly actorId: string | null;
  readonly action: string | null;
  readonly subjectId: string | null;
  /** At or after. */
  readonly from: Date | null;
  /** Before. */
  readonly to: Date | null;
}

export interface AuditEntries {
  /** Adds an entry by itself; one whose id is there already is left out. */
  add(entry: AuditEntry): Promise<void>;
  /** Newest first, from after the cursor on. */
  page(query: {
    readonly filter: AuditFilter;
    readonly first: number;
    readonly after: string | null;
  }): Promise<Page<AuditEntry>>;
  byId(id: string): Promise<AuditEntry | null>;
}
