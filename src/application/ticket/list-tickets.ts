import { may } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import { type FieldError, throwIfInvalid } from '../../domain/domain-error.ts';
import { lengthOf } from '../../domain/text.ts';
import { parseReference, type Ticket } from '../../domain/ticket.ts';
import { isUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import { checkFirst, type Page } from '../page.ts';
import { priorityProblems } from './check-ticket-fields.ts';
import type { TicketFilter, TicketListQuery, TicketStore } from './ports.ts';

const SEARCH_MIN = 3;
const SEARCH_MAX = 200;
const PAGE_MAX = 100_000;

/** The tickets that the actor may know of, by keyset (`after`) or page number. Deleted ones only for those who may see them. */
export const listTickets =
  (deps: { tickets: TicketStore }) =>
  async (actor: Actor, query: TicketListQuery): Promise<Page<Ticket>> =>
    deps.tickets.list(permitted(actor, query));

/** The query as far as the actor may know of tickets. Throws what is wrong with it. */
export function permitted(actor: Actor, query: TicketListQuery): TicketListQuery {
  authorise(actor, 'desk.read');
  checkFirst(query.first);
  throwIfInvalid([...filterProblems(query.filter), ...pageProblems(query)]);
  const includeDeleted = query.filter.includeDeleted === true && may(actor, 'ticket.readDeleted');
  return { ...query, filter: { ...query.filter, includeDeleted } };
}

function filterProblems(filter: TicketFilter): FieldError[] {
  const problems: FieldError[] = [];
  for (const name of ['clientId', 'assigneeId'] as const) {
    const id = filter[name];
    if (id && !isUuid(id)) problems.push({ path: `filter.${name}`, message: 'Give a UUID.' });
  }
  if (filter.assigneeId && filter.unassigned) {
    problems.push({ path: 'filter.unassigned', message: 'Give either assigneeId or unassigned, not both.' });
  }
  for (const [i, priority] of (filter.priority ?? []).entries())
    problems.push(...priorityProblems(`filter.priority.${i}`, priority));
  if (filter.from && filter.to && filter.from >= filter.to) {
    problems.push({ path: 'filter.to', message: '"to" must lie after "from".' });
  }
  const search = filter.search?.trim();
  if (search !== undefined) {
    const length = lengthOf(search);
    if (length < SEARCH_MIN && parseReference(search) === null) {
      problems.push({
        path: 'filter.search',
        message: `Search for ${SEARCH_MIN} characters or more, or for a ticket number.`,
      });
    } else if (length > SEARCH_MAX) {
      problems.push({ path: 'filter.search', message: `Search for at most ${SEARCH_MAX} characters.` });
    }
  }
  for (const name of ['search', 'tag'] as const) {
    if (/\0|\p{Cs}/u.test(filter[name] ?? '')) {
      problems.push({
        path: `filter.${name}`,
        message: 'Remove the characters that no text can hold (NUL, half a surrogate pair).',
      });
    }
  }
  return problems;
}

function pageProblems(query: TicketListQuery): FieldError[] {
  if (query.page === null) return [];
  if (query.after !== null) return [{ path: 'page', message: 'Give either page or after, not both.' }];
  if (Number.isInteger(query.page) && query.page >= 1 && query.page <= PAGE_MAX) return [];
  return [
    { path: 'page', message: `"page" must be a whole number from 1 to ${PAGE_MAX}; go on with "after" beyond that.` },
  ];
}
