import { minutesWords } from './minutes-words.ts';
import type { PolicyValues } from './policy-draft.ts';
import { policyTexts } from './texts-policies.ts';
import { sameDays, weeklyMinutes } from './week.ts';

const { facts, values } = policyTexts;
export interface Fact {
  readonly field: string;
  readonly words: string;
}

/** What a policy says, field by field, in words. */
export function factsOf(policy: PolicyValues): Fact[] {
  const { resolutionMinutes, atRiskPercent, escalateEveryMinutes, calendar } = policy;
  const promise = minutesWords(resolutionMinutes);
  return [
    { field: facts.resolution, words: calendar ? values.working(promise) : promise },
    {
      field: facts.atRisk,
      words: values.percent(atRiskPercent, minutesWords((resolutionMinutes * atRiskPercent) / 100)),
    },
    { field: facts.action, words: values.action[policy.breachAction] },
    {
      field: facts.ladder,
      words: escalateEveryMinutes === null ? values.oneLevel : values.every(minutesWords(escalateEveryMinutes)),
    },
    { field: facts.levels, words: values.level(policy.maxEscalationLevel) },
    {
      field: facts.calendar,
      words: calendar ? values.weekly(minutesWords(weeklyMinutes(calendar.intervals))) : values.roundTheClock,
    },
    { field: facts.hours, words: calendar ? hoursOf(calendar.intervals) : values.roundTheClock },
    { field: facts.zone, words: calendar?.timeZone ?? values.none },
    { field: facts.holidays, words: calendar?.holidays.join(', ') || values.none },
  ];
}

/** "Mon–Fri 09:00–17:00; Sat 10:00–14:00" */
function hoursOf(intervals: NonNullable<PolicyValues['calendar']>['intervals']): string {
  return sameDays(intervals)
    .filter(({ hours }) => hours !== '')
    .map(({ from, to, hours }) => {
      const [first = '', last = ''] = [values.short[from], values.short[to]];
      return `${from === to ? first : `${first}–${last}`} ${hours}`;
    })
    .join('; ');
}

export interface Change {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** What differs between two policies, in words. */
export function changesBetween(before: PolicyValues, after: PolicyValues): Change[] {
  const next = factsOf(after);
  return factsOf(before).flatMap(({ field, words }, place) => {
    const other = next[place]?.words ?? '';
    return other === words ? [] : [{ field, before: words, after: other }];
  });
}
