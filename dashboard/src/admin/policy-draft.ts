import type { BreachAction, ClientTier } from '../api/schema.generated.ts';
import type { AdminPolicyFragment, SlaPolicyInput } from './documents.generated.ts';
import type { Calendar } from './week.ts';

/** What a policy says, whatever its version. */
export type PolicyValues = Omit<AdminPolicyFragment, 'version' | 'updatedAt'>;

/** A stretch while it is edited; `key` tells it from others of the same times. */
export interface StretchDraft {
  readonly key: number;
  readonly weekday: number;
  readonly start: string;
  readonly end: string;
}

/** A policy while it is edited; a length of time as its two fields, "" while one is empty. */
export interface PolicyDraft {
  readonly hours: number | '';
  readonly minutes: number | '';
  readonly atRisk: number | '';
  readonly action: BreachAction;
  readonly hasLadder: boolean;
  readonly everyHours: number | '';
  readonly everyMinutes: number | '';
  readonly maxLevel: number | '';
  readonly hasCalendar: boolean;
  readonly timeZone: string;
  readonly intervals: readonly StretchDraft[];
  readonly holidays: readonly string[];
}

const HOUR = 60;
const WORKING_DAYS = [1, 2, 3, 4, 5];
const FIRST_EVERY_MINUTES = 30;

/** The draft that a policy is edited from; `zone` is where a calendar begins that there is none of yet. */
export function draftOf(policy: PolicyValues, zone: string): PolicyDraft {
  const every = policy.escalateEveryMinutes ?? FIRST_EVERY_MINUTES;
  const intervals =
    policy.calendar?.intervals ?? WORKING_DAYS.map((weekday) => ({ weekday, start: '09:00', end: '17:00' }));
  return {
    hours: Math.floor(policy.resolutionMinutes / HOUR),
    minutes: policy.resolutionMinutes % HOUR,
    atRisk: policy.atRiskPercent,
    action: policy.breachAction,
    hasLadder: policy.escalateEveryMinutes !== null,
    everyHours: Math.floor(every / HOUR),
    everyMinutes: every % HOUR,
    maxLevel: policy.maxEscalationLevel,
    hasCalendar: policy.calendar !== null,
    timeZone: policy.calendar?.timeZone ?? zone,
    intervals: intervals.map(({ weekday, start, end }, key) => ({ key, weekday, start, end })),
    holidays: policy.calendar?.holidays ?? [],
  };
}

/** What the API is asked to put in force. The places of intervals stay, so that what it says against one finds its field. */
export function inputOf(tier: ClientTier, draft: PolicyDraft): SlaPolicyInput {
  const length = (hours: number | '', minutes: number | ''): number => Math.round((hours || 0) * HOUR + (minutes || 0));
  return {
    tier,
    resolutionMinutes: length(draft.hours, draft.minutes),
    atRiskPercent: Math.round(draft.atRisk || 0),
    breachAction: draft.action,
    escalateEveryMinutes: draft.hasLadder ? length(draft.everyHours, draft.everyMinutes) : null,
    maxEscalationLevel: Math.round(draft.maxLevel || 0),
    calendar: calendarOf(draft),
  };
}

export function calendarOf(draft: PolicyDraft): Calendar | null {
  if (!draft.hasCalendar) return null;
  const intervals = draft.intervals.map(({ weekday, start, end }) => ({ weekday, start, end }));
  return { timeZone: draft.timeZone, intervals, holidays: draft.holidays };
}

/** The draft with hours of Monday from Monday to Friday. */
export function copiedMonday(intervals: readonly StretchDraft[]): StretchDraft[] {
  const others = intervals.filter(({ weekday }) => weekday > 5);
  const monday = intervals.filter(({ weekday }) => weekday === 1);
  let key = nextKey(intervals);
  const copies = WORKING_DAYS.flatMap((weekday) => monday.map((each) => ({ ...each, weekday, key: key++ })));
  return [...copies, ...others];
}

/** Hours for a weekday that follow what it has: 09:00 to 17:00, or from an hour after the last stretch on. */
export function addedStretch(intervals: readonly StretchDraft[], weekday: number): StretchDraft[] {
  const last = intervals
    .filter((each) => each.weekday === weekday)
    .map(({ end }) => end)
    .sort()
    .at(-1);
  const hour = last === undefined ? null : Math.min(22, Number(last.slice(0, 2)) + 1) || null;
  const two = (n: number): string => String(n).padStart(2, '0');
  const times =
    hour === null
      ? { start: '09:00', end: '17:00' }
      : { start: `${two(hour)}:00`, end: `${two(Math.min(24, hour + 2))}:00` };
  return [...intervals, { key: nextKey(intervals), weekday, ...times }];
}

const nextKey = (intervals: readonly StretchDraft[]): number => Math.max(-1, ...intervals.map(({ key }) => key)) + 1;
