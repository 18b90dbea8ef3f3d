/** What a person may be; what each may do is in `access.ts`. */
export const ROLES = ['ADMIN', 'SUPERVISOR', 'AGENT'] as const;
export type Role = (typeof ROLES)[number];

/** How quickly a client was promised an answer: VIP 2 hours, NORMAL 24, as seeded. */
export const CLIENT_TIERS = ['VIP', 'NORMAL'] as const;
export type ClientTier = (typeof CLIENT_TIERS)[number];

/** PENDING waits for the client (clock paused); only the system moves a ticket to ESCALATED; CLOSED is final. */
export const TICKET_STATUSES = ['OPEN', 'IN_PROGRESS', 'PENDING', 'ESCALATED', 'RESOLVED', 'CLOSED'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export const BREACH_ACTIONS = ['ESCALATE', 'NOTIFY_SUPERVISOR'] as const;
export type BreachAction = (typeof BREACH_ACTIONS)[number];

export const IMPORT_STATUSES = [
  'QUEUED',
  'RUNNING',
  'COMPLETED',
  'COMPLETED_WITH_ERRORS',
  'FAILED',
  'CANCELLED',
] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];
