import { checkEmail } from '../../../domain/email.ts';
import type { Facts } from '../../../domain/trail.ts';
import { asUuid } from '../../../domain/uuid.ts';

/**
 * What the trail shows of the arguments of a mutation that failed, at any depth. Whatever is not named here stays out: a test wants
 * each argument of each mutation to be here or in HIDDEN_ARGUMENTS.
 */
export const SHOWN_ARGUMENTS: ReadonlySet<string> = new Set([
  'active',
  'assigneeId',
  'atRiskPercent',
  'body',
  'breachAction',
  'calendar',
  'clientId',
  'description',
  'dryRun',
  'email',
  'end',
  'escalateEveryMinutes',
  'expectedVersion',
  'field',
  'header',
  'holidays',
  'id',
  'ids',
  'importId',
  'input',
  'internal',
  'intervals',
  'mapping',
  'maxEscalationLevel',
  'name',
  'priority',
  'resolutionMinutes',
  'role',
  'start',
  'status',
  'tags',
  'ticketId',
  'tier',
  'timeZone',
  'title',
  'weekday',
]);

/** Secrets, and the bytes of files. */
export const HIDDEN_ARGUMENTS: ReadonlySet<string> = new Set(['current', 'file', 'next', 'password', 'refreshToken']);

/** Enough to know what was meant; what was sent may be a megabyte. */
const TEXT_SHOWN = 200;
const ITEMS_SHOWN = 20;
const DEPTH_SHOWN = 4;

/** The arguments of a mutation as the trail shows them. */
export function triedArguments(args: Readonly<Record<string, unknown>>): Facts {
  return shown(args, 0) as Facts;
}

/** What a mutation is aimed at, by the argument that names it. */
export function aimOf(args: Readonly<Record<string, unknown>>): string | null {
  const input = isObject(args.input) ? args.input : {};
  for (const id of [args.id, args.ticketId, args.importId, input.id]) {
    if (typeof id === 'string') return asUuid(id) ?? null;
  }
  return null;
}

function shown(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > DEPTH_SHOWN) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, ITEMS_SHOWN).map((item) => shown(item, depth + 1));
    return value.length > ITEMS_SHOWN ? [...items, `… ${value.length - ITEMS_SHOWN} more`] : items;
  }
  const entries = Object.entries(value).filter(([name, each]) => SHOWN_ARGUMENTS.has(name) && isShown(name, each));
  return Object.fromEntries(entries.map(([name, each]) => [name, shown(each, depth + 1)]));
}

/** In the place of the address people type their password, too. */
function isShown(name: string, value: unknown): boolean {
  return name !== 'email' || (typeof value === 'string' && checkEmail(name, value).problems.length === 0);
}

function cut(text: string): string {
  const characters = [...text.slice(0, 2 * TEXT_SHOWN + 1)];
  return characters.length > TEXT_SHOWN ? `${characters.slice(0, TEXT_SHOWN).join('')}…` : text;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
