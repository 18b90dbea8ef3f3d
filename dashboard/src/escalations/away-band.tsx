import { VisuallyHidden } from '@mantine/core';
import { useCallback } from 'react';
import { durationWords } from '../shared/duration.ts';
import { Icon } from '../shared/icons.tsx';
import { exactInstant } from '../shared/instant.tsx';
import { useNowText } from '../shared/use-now.ts';
import type { FeedEntry } from './alert-feed.ts';
import { clockTime } from './clock-time.ts';
import { wallTexts } from './texts.ts';
import type { Away } from './use-alerts.ts';
import classes from './wall-page.module.css';

const { away: texts } = wallTexts;

/** Says large that what is shown may be out of date, since when, and afterwards what came meanwhile. */
export function AwayBand({ away, entries }: { readonly away: Away | null; readonly entries: readonly FeedEntry[] }) {
  const words = useNowText(useCallback((now: number) => (away ? lengthOf(away, now) : ''), [away]));
  if (!away) return null;
  const { since, until } = away;
  const exact = exactInstant(new Date(since).toISOString());
  if (until === null) {
    return (
      <div className={classes.away} data-kind="lost" title={exact}>
        <Icon name="warning" size={22} />
        <p>
          {/* Said aloud once, not each second. */}
          <VisuallyHidden role="alert">{texts.lostSaid}</VisuallyHidden>
          <strong>{texts.lost(clockTime(since), words)}</strong>
          <br />
          {texts.lostWords}
        </p>
      </div>
    );
  }
  const came = entries.filter(({ missedUntil }) => missedUntil === until).length;
  return (
    <div className={classes.away} data-kind="back" title={exact}>
      <Icon name="check" size={22} />
      <p role="status">
        <strong>{texts.back(words)}</strong>
        {came > 0 ? <span> · {texts.came(came)}</span> : null}
      </p>
    </div>
  );
}

function lengthOf({ since, until }: Away, now: number): string {
  return durationWords((until ?? now) - since);
}
