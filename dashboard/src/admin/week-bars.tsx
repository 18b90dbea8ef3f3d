import { policyTexts } from './texts-policies.ts';
import classes from './week.module.css';
import { barsOf, hoursWords, type Stretch, WEEKDAYS } from './week.ts';

const { values, form } = policyTexts;
const HOURS = [0, 6, 12, 18, 24];

/** One weekday as a bar from midnight to midnight. */
export function DayBar({ intervals, weekday }: { readonly intervals: readonly Stretch[]; readonly weekday: number }) {
  const hours = hoursWords(intervals, weekday) || form.closed;
  return (
    <div className={classes.track} role="img" aria-label={form.bar(values.days[weekday] ?? '', hours)}>
      {barsOf(intervals, weekday).map(({ from, length }) => (
        <span
          key={from}
          className={classes.worked}
          style={{ left: `${from * 100}%`, width: `${length * 100}%` }}
          aria-hidden="true"
        />
      ))}
    </div>
  );
}

/** The hours above the bars. */
export function HourScale() {
  return (
    <div className={classes.scale} aria-hidden="true">
      {HOURS.map((hour) => (
        <span key={hour}>{hour}</span>
      ))}
    </div>
  );
}

/** A week to look at. */
export function WeekBars({ intervals }: { readonly intervals: readonly Stretch[] }) {
  return (
    <div className={classes.week}>
      <span />
      <HourScale />
      {WEEKDAYS.map((weekday) => (
        <div key={weekday} className={classes.pair}>
          <span className={classes.day} aria-hidden="true">
            {values.short[weekday]}
          </span>
          <DayBar intervals={intervals} weekday={weekday} />
        </div>
      ))}
    </div>
  );
}
