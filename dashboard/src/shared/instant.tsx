import { useCallback } from 'react';
import { relativeWords } from './duration.ts';
import { useNowText } from './use-now.ts';

const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** An instant to the second, in the viewer's zone, and as the API writes it. */
export function exactInstant(iso: string): string {
  return `${EXACT.format(new Date(iso))}\n${iso}`;
}

/** Date and time in the viewer's zone. */
export function shortInstant(iso: string): string {
  return SHORT.format(new Date(iso));
}

interface Props {
  /** As the API writes it. */
  readonly at: string;
  /** relative: "4 min ago", kept up to date; short: date and time; date: the day alone. */
  readonly as?: 'relative' | 'short' | 'date';
}

/** An instant as people say it, in the viewer's zone; the exact one on hover. */
export function Instant({ at, as = 'relative' }: Props) {
  if (as === 'relative') return <Relative at={at} />;
  const words = (as === 'date' ? DATE : SHORT).format(new Date(at));
  return (
    <time dateTime={at} title={exactInstant(at)}>
      {words}
    </time>
  );
}

function Relative({ at }: { readonly at: string }) {
  const words = useNowText(useCallback((now: number) => relativeWords(Date.parse(at), now), [at]));
  return (
    <time dateTime={at} title={exactInstant(at)}>
      {words}
    </time>
  );
}
