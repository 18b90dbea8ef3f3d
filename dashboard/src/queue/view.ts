import type { ClientTier, SlaState, SortDirection, TicketSort, TicketStatus } from '../api/schema.generated.ts';
import type { QueueRowFragment, TicketFilter, TicketOrder } from './documents.generated.ts';

/** Which tickets a queue shows and in what order; all of it stands in the address. */
export interface QueueView {
  /** Empty: whatever still has to be done. 'ANY' stands alone for every status. */
  readonly status: readonly (TicketStatus | 'ANY')[];
  readonly priority: readonly number[];
  readonly sla: readonly SlaState[];
  readonly tier: ClientTier | null;
  /** 'me', 'nobody', or the id of a user. */
  readonly assignee: string | null;
  readonly client: string | null;
  readonly tag: string | null;
  readonly search: string | null;
  /** Due within so many minutes from now. */
  readonly due: number | null;
  readonly sort: TicketSort;
  readonly direction: SortDirection;
}

export const ACTIVE: readonly TicketStatus[] = ['OPEN', 'IN_PROGRESS', 'PENDING', 'ESCALATED'];
export const STATUSES: readonly TicketStatus[] = [...ACTIVE, 'RESOLVED', 'CLOSED'];
const STATES: readonly SlaState[] = ['RUNNING', 'PAUSED', 'BREACHED', 'MET'];
const SORTS: readonly TicketSort[] = ['DUE_AT', 'CREATED_AT', 'UPDATED_AT', 'PRIORITY', 'NUMBER'];
const LEAST_SEARCH = 3;

/** Without anything in the address: what has to be done, the nearest promise first. */
export const DEFAULT_VIEW: QueueView = {
  status: [],
  priority: [],
  sla: [],
  tier: null,
  assignee: null,
  client: null,
  tag: null,
  search: null,
  due: null,
  sort: 'DUE_AT',
  direction: 'ASC',
};

/** The view of an address; what it does not understand it leaves out, so that an old link still opens. */
export function parseView(params: URLSearchParams): QueueView {
  const listed = <T extends string>(name: string, known: readonly T[]): T[] => {
    const given = (params.get(name) ?? '').split(',');
    return known.filter((each) => given.includes(each));
  };
  const text = (name: string): string | null => params.get(name)?.trim() || null;
  const [sort = DEFAULT_VIEW.sort] = listed('sort', SORTS);
  const due = Number(params.get('due'));
  return {
    status: params.get('status') === 'ANY' ? ['ANY'] : listed('status', STATUSES),
    priority: listed('priority', ['1', '2', '3', '4']).map(Number),
    sla: listed('sla', STATES),
    tier: listed('tier', ['VIP', 'NORMAL'] as const)[0] ?? null,
    assignee: text('assignee'),
    client: text('client'),
    tag: text('tag'),
    search: text('q'),
    due: Number.isInteger(due) && due > 0 ? due : null,
    sort,
    direction: params.get('dir') === 'DESC' ? 'DESC' : 'ASC',
  };
}

/** The shortest address of a view: what is as usual is left out, and the same view always gives the same text. */
export function viewParams(view: QueueView): URLSearchParams {
  const params = new URLSearchParams();
  const set = (name: string, value: string | number | null): void => {
    if (value !== null && value !== '') params.set(name, String(value));
  };
  set('status', view.status.join(','));
  set('priority', view.priority.join(','));
  set('sla', view.sla.join(','));
  set('tier', view.tier);
  set('assignee', view.assignee);
  set('client', view.client);
  set('tag', view.tag);
  set('q', view.search);
  set('due', view.due);
  set('sort', view.sort === DEFAULT_VIEW.sort ? null : view.sort);
  set('dir', view.direction === DEFAULT_VIEW.direction ? null : view.direction);
  return params;
}

/** The same view as the API takes it. `now`: the server's, in milliseconds. */
export function filterOf(view: QueueView, me: string, now: number): TicketFilter {
  const statuses = statusesOf(view);
  return {
    ...(statuses ? { status: statuses } : {}),
    ...(view.priority.length > 0 ? { priority: view.priority } : {}),
    ...(view.sla.length > 0 ? { slaState: view.sla } : {}),
    ...(view.tier ? { tier: view.tier } : {}),
    ...(view.assignee === 'nobody' ? { unassigned: true } : {}),
    ...(view.assignee !== null && view.assignee !== 'nobody'
      ? { assigneeId: view.assignee === 'me' ? me : view.assignee }
      : {}),
    ...(view.client ? { clientId: view.client } : {}),
    ...(view.tag ? { tag: view.tag } : {}),
    ...(view.search && isSearchable(view.search) ? { search: view.search } : {}),
    ...(view.due === null ? {} : { dueBefore: new Date(now + view.due * 60_000).toISOString() }),
  };
}

export function orderOf({ sort: field, direction }: QueueView): TicketOrder {
  return { field, direction };
}

/** The API searches for three characters or more, or for the number of a ticket. */
export function isSearchable(search: string): boolean {
  return search.length >= LEAST_SEARCH || /^\d+$/.test(search);
}

/** Whether a ticket belongs to the view, as far as a row knows it. */
export function matches(row: QueueRowFragment, view: QueueView, me: string, now: number): boolean {
  if (row.deletedAt !== null) return false;
  const statuses = statusesOf(view);
  const holder = row.assignee?.id ?? 'nobody';
  const { dueAt, state } = row.sla;
  return (
    (!statuses || statuses.includes(row.status)) &&
    (view.priority.length === 0 || view.priority.includes(row.priority)) &&
    (view.sla.length === 0 || view.sla.includes(state)) &&
    (view.tier === null || view.tier === row.client.tier) &&
    (view.assignee === null || holder === (view.assignee === 'me' ? me : view.assignee)) &&
    (view.client === null || view.client === row.client.id) &&
    (view.tag === null || row.tags.includes(view.tag)) &&
    (view.due === null || (dueAt !== null && Date.parse(dueAt) < now + view.due * 60_000)) &&
    (!view.search || !isSearchable(view.search) || hasText(row, view.search))
  );
}

function statusesOf({ status }: QueueView): readonly TicketStatus[] | null {
  if (status.includes('ANY')) return null;
  return status.length === 0 ? ACTIVE : (status as readonly TicketStatus[]);
}

/** A row has no description: what only that holds is found by the API alone, the next time it is asked. */
function hasText({ title, reference, client }: QueueRowFragment, search: string): boolean {
  return [title, reference, client.name].some((text) => text.toLowerCase().includes(search.toLowerCase()));
}
