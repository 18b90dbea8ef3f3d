/** The only source of the present time; rules take it as an argument. */
export interface Clock {
  now(): Date;
}

/** A new UUIDv7: ordered by time, so that index inserts stay local. */
export type NewId = () => string;

/** Structured logging as use cases need it; adapters decide where lines go. */
export interface Logger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** The wake-up between processes: it only says that there is news in the event log, and may be lost. */
export interface WakeUp {
  /** After a commit: tell every process, this one included. Coalesced; never throws. */
  announce(): void;
  /** Calls `listener` on every news. Returns how to stop listening. */
  onNews(listener: () => void): () => void;
}

/** A wake-up as a process holds it: with a connection of its own, which comes back by itself. */
export interface ProcessWakeUp extends WakeUp {
  start(): Promise<void>;
  /** Whether other processes' announcements reach this one now. */
  readonly isListening: boolean;
  stop(): Promise<void>;
}
