import { registerEnumType } from 'type-graphql';
import type { BreachAction, ClientTier, ImportStatus, Role, TicketStatus } from '../../domain/enums.ts';

/** Makes a GraphQL enum whose values are the texts that the domain uses, each described; the compiler misses none. */
function describeEnum<T extends string>(
  name: string,
  description: string,
  values: Readonly<Record<T, string>>,
): { readonly [V in T]: V } {
  const names = Object.keys(values) as T[];
  const enumObject = Object.fromEntries(names.map((value) => [value, value])) as { [V in T]: V };
  const valuesConfig = Object.fromEntries(names.map((value) => [value, { description: values[value] }]));
  registerEnumType<Record<string, string>>(enumObject, { name, description, valuesConfig });
  return enumObject;
}

export const RoleEnum = describeEnum<Role>('Role', 'What a user may do.', {
  ADMIN: 'Everything, also users and policies.',
  SUPERVISOR: 'Every ticket and alert, clients, imports and reports; neither users nor policies.',
  AGENT: 'Works on tickets; hears of the SLA alerts of the tickets assigned to them.',
});

export const ClientTierEnum = describeEnum<ClientTier>('ClientTier', 'Which SLA policy a client is served by.', {
  VIP: 'Promised a resolution within 2 hours, until an ADMIN sets another policy.',
  NORMAL: 'Promised a resolution within 24 hours, until an ADMIN sets another policy.',
});

export const TicketStatusEnum = describeEnum<TicketStatus>('TicketStatus', 'Where a ticket stands.', {
  OPEN: 'New or reopened: nobody works on it yet.',
  IN_PROGRESS: 'Somebody works on it.',
  PENDING: 'Waits for the client; the SLA clock is paused.',
  ESCALATED: 'Its SLA was broken; only the system moves tickets here.',
  RESOLVED: 'Solved; the SLA clock has stopped. Can be reopened.',
  CLOSED: 'Done for good.',
});

export const SlaStateEnum = describeEnum<'RUNNING' | 'PAUSED' | 'MET' | 'BREACHED'>(
  'SlaState',
  'How an SLA clock stands.',
  {
    RUNNING: 'Time counts.',
    PAUSED: 'The ticket waits for the client: time does not count and nothing is due.',
    MET: 'Resolved in time.',
    BREACHED: 'Not resolved in time; stays so for the rest of the cycle, also once resolved or paused.',
  },
);

export const BreachActionEnum = describeEnum<BreachAction>(
  'BreachAction',
  'What happens to a ticket that breaks its SLA.',
  {
    ESCALATE: 'It becomes ESCALATED, at escalation level 1.',
    NOTIFY_SUPERVISOR: 'Supervisors and administrators are told; its status stays.',
  },
);

export const SlaAlertKindEnum = describeEnum<'AT_RISK' | 'BREACHED' | 'ESCALATED' | 'ACKNOWLEDGED'>(
  'SlaAlertKind',
  'What an SLA alert tells of.',
  {
    AT_RISK: "The policy's at-risk share of the time is used up.",
    BREACHED: 'The time is used up: the first level, whose action says what was done.',
    ESCALATED: 'Nobody acknowledged it in time: a later level.',
    ACKNOWLEDGED: 'Somebody took the escalation on.',
  },
);

export const ImportStatusEnum = describeEnum<ImportStatus>('ImportStatus', 'How an import stands.', {
  QUEUED: 'Uploaded; nobody has begun to read it.',
  RUNNING: 'Rows are being read and written.',
  COMPLETED: 'Every row is in.',
  COMPLETED_WITH_ERRORS: 'Finished; some rows are among the dead letters.',
  FAILED: 'The file as a whole could not be read; its error says why.',
  CANCELLED: 'Stopped by a user; rows that were in stay in.',
});

export const SortDirectionEnum = describeEnum<'ASC' | 'DESC'>('SortDirection', 'Which end of an order comes first.', {
  ASC: 'Smallest, earliest or most urgent first.',
  DESC: 'Largest, latest or least urgent first.',
});

export const TicketSortEnum = describeEnum<'CREATED_AT' | 'UPDATED_AT' | 'DUE_AT' | 'PRIORITY' | 'NUMBER'>(
  'TicketSort',
  'What tickets are ordered by; equals are ordered by id.',
  {
    CREATED_AT: 'When it was created.',
    UPDATED_AT: 'When it last changed.',
    DUE_AT: 'When its SLA is due.',
    PRIORITY: 'From 1, urgent, to 4, low.',
    NUMBER: 'The number in its reference.',
  },
);
