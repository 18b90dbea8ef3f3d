import type { LogFacts } from '../../domain/report/ticket-log.ts';

/** The log of an imported row as it moves between stores; live tickets' logs are made anew from the tickets. */
export interface MovedLog extends LogFacts {
  readonly externalId: string;
  readonly importId: string | null;
  readonly rowNumber: number | null;
  readonly clientName: string;
  readonly priority: number | null;
  readonly title: string | null;
}
