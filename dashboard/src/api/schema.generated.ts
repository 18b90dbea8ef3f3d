// Written by `npm run codegen -w dashboard`. Do not edit.
/** What happens to a ticket that breaks its SLA. */
export type BreachAction =
  /** It becomes ESCALATED, at escalation level 1. */
  | 'ESCALATE'
  /** Supervisors and administrators are told; its status stays. */
  | 'NOTIFY_SUPERVISOR';

/** Which SLA policy a client is served by. */
export type ClientTier =
  /** Promised a resolution within 24 hours, until an ADMIN sets another policy. */
  | 'NORMAL'
  /** Promised a resolution within 2 hours, until an ADMIN sets another policy. */
  | 'VIP';

/** How an import stands. */
export type ImportStatus =
  /** Stopped by a user; rows that were in stay in. */
  | 'CANCELLED'
  /** Every row is in. */
  | 'COMPLETED'
  /** Finished; some rows are among the dead letters. */
  | 'COMPLETED_WITH_ERRORS'
  /** The file as a whole could not be read; its error says why. */
  | 'FAILED'
  /** Uploaded; nobody has begun to read it. */
  | 'QUEUED'
  /** Rows are being read and written. */
  | 'RUNNING';

/** What a user may do. */
export type Role =
  /** Everything, also users and policies. */
  | 'ADMIN'
  /** Works on tickets; hears of the SLA alerts of the tickets assigned to them. */
  | 'AGENT'
  /** Every ticket and alert, clients, imports and reports; neither users nor policies. */
  | 'SUPERVISOR';

/** What an SLA alert tells of. */
export type SlaAlertKind =
  /** Somebody took the escalation on. */
  | 'ACKNOWLEDGED'
  /** The policy's at-risk share of the time is used up. */
  | 'AT_RISK'
  /** The time is used up: the first level, whose action says what was done. */
  | 'BREACHED'
  /** Nobody acknowledged it in time: a later level. */
  | 'ESCALATED';

/** How an SLA clock stands. */
export type SlaState =
  /** Not resolved in time; stays so for the rest of the cycle, also once resolved or paused. */
  | 'BREACHED'
  /** Resolved in time. */
  | 'MET'
  /** The ticket waits for the client: time does not count and nothing is due. */
  | 'PAUSED'
  /** Time counts. */
  | 'RUNNING';

/** Which end of an order comes first. */
export type SortDirection =
  /** Smallest, earliest or most urgent first. */
  | 'ASC'
  /** Largest, latest or least urgent first. */
  | 'DESC';

/** What tickets are ordered by; equals are ordered by id. */
export type TicketSort =
  /** When it was created. */
  | 'CREATED_AT'
  /** When its SLA is due. */
  | 'DUE_AT'
  /** The number in its reference. */
  | 'NUMBER'
  /** From 1, urgent, to 4, low. */
  | 'PRIORITY'
  /** When it last changed. */
  | 'UPDATED_AT';

/** Where a ticket stands. */
export type TicketStatus =
  /** Done for good. */
  | 'CLOSED'
  /** Its SLA was broken; only the system moves tickets here. */
  | 'ESCALATED'
  /** Somebody works on it. */
  | 'IN_PROGRESS'
  /** New or reopened: nobody works on it yet. */
  | 'OPEN'
  /** Waits for the client; the SLA clock is paused. */
  | 'PENDING'
  /** Solved; the SLA clock has stopped. Can be reopened. */
  | 'RESOLVED';
