import { memo, useCallback } from 'react';
import { Icon, type IconName } from './icons.tsx';
import { exactInstant } from './instant.tsx';
import { type PromiseClock, type PromiseTone, promiseView } from './promise.ts';
import classes from './sla-countdown.module.css';
import { sharedTexts } from './texts.ts';
import { useNowText } from './use-now.ts';

const ICONS: Readonly<Record<PromiseTone, IconName>> = {
  calm: 'clock',
  risk: 'warning',
  broken: 'flame',
  paused: 'pause',
  kept: 'check',
};

/** How a promise stands, in colour, icon and words, ticking from the server's time; the due instant on hover. */
export const SlaCountdown = memo(function SlaCountdown({ clock }: { readonly clock: PromiseClock }) {
  const text = useNowText(
    useCallback(
      (now: number) => {
        const { tone, words } = promiseView(clock, now);
        return `${tone}|${words}`;
      },
      [clock],
    ),
  );
  const cut = text.indexOf('|');
  const tone = text.slice(0, cut) as PromiseTone;
  const shown = clock.breachedAt ?? clock.dueAt ?? clock.metAt;
  const { tone: tones } = sharedTexts.promise;
  return (
    <span className={classes.root} data-tone={tone} title={shown === null ? undefined : exactInstant(shown)}>
      <Icon name={ICONS[tone]} size={15} />
      <span className={classes.tone}>{tones[tone]}: </span>
      <span>{text.slice(cut + 1)}</span>
    </span>
  );
});
