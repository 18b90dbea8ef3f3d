import { useCallback, useMemo } from 'react';
import { useNowText } from '../shared/use-now.ts';
import { afterWorking } from './calendar-time.ts';
import { minutesWords } from './minutes-words.ts';
import classes from './policy.module.css';
import { policyTexts } from './texts-policies.ts';
import { type Calendar, minutesOf } from './week.ts';

const { example: texts } = policyTexts;
const MINUTE_MS = 60_000;
const TWO_HOURS = 120;

interface Props {
  readonly calendar: Calendar | null;
  /** The whole promise. */
  readonly minutes: number;
}

/** What a calendar means, by example from this minute on. */
export function CalendarExample({ calendar, minutes }: Props) {
  const isSound = (calendar?.intervals ?? []).every(
    ({ start, end }) => (minutesOf(start) ?? 1_440) < (minutesOf(end) ?? 0),
  );
  return (
    <section className={classes.example} aria-label={texts.title}>
      <h2 className={classes.small}>{texts.title}</h2>
      {isSound ? (
        <dl className={classes.ends}>
          <dt>{texts.two}</dt>
          <dd>
            <Ends calendar={calendar} minutes={TWO_HOURS} />
          </dd>
          {minutes > 0 ? (
            <>
              <dt>{texts.whole(minutesWords(minutes))}</dt>
              <dd>
                <Ends calendar={calendar} minutes={minutes} />
              </dd>
            </>
          ) : null}
        </dl>
      ) : (
        <p className={classes.soft}>{texts.incomplete}</p>
      )}
    </section>
  );
}

function Ends({ calendar, minutes }: Props) {
  const key = JSON.stringify(calendar);
  const there = useMemo(() => formatIn((JSON.parse(key) as Calendar | null)?.timeZone), [key]);
  // To the minute, since nobody works out more by the second.
  const minute = useNowText(useCallback((now: number) => String(Math.floor(now / MINUTE_MS)), []));
  const end = useMemo(
    () => afterWorking(JSON.parse(key) as Calendar | null, Number(minute) * MINUTE_MS, minutes * MINUTE_MS),
    [key, minute, minutes],
  );
  if (end === null) return <>{texts.never}</>;
  const zone = calendar?.timeZone;
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <time dateTime={new Date(end).toISOString()} title={new Date(end).toISOString()}>
        {there.format(end)}
      </time>
      {zone && zone !== own ? (
        <span className={classes.soft}>
          {zone}; {formatIn(own).format(end)} {texts.yours(own)}
        </span>
      ) : null}
    </>
  );
}

function formatIn(timeZone: string | undefined): Intl.DateTimeFormat {
  const options = { weekday: 'long', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat(undefined, { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(undefined, options);
  }
}
