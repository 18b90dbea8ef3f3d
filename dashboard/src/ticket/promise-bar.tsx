import { useCallback } from 'react';
import { durationWords } from '../shared/duration.ts';
import { Instant } from '../shared/instant.tsx';
import { SlaCountdown } from '../shared/sla-countdown.tsx';
import { useNowText } from '../shared/use-now.ts';
import { type ClockBar, clockBar } from './clock-bar.ts';
import classes from './promise-bar.module.css';
import { ticketTexts } from './texts.ts';
import type { Ticket } from './ticket-model.ts';

const { promise: texts } = ticketTexts;

/** The clock of the promise as a bar, and every stretch of it in words. */
export function PromiseBar({ sla }: { readonly sla: Ticket['sla'] }) {
  const drawn = useNowText(useCallback((now: number) => JSON.stringify(rounded(clockBar(sla, now))), [sla]));
  const { parts, marks } = JSON.parse(drawn) as ClockBar;
  // Of a broken promise: the instant that was missed.
  const due = sla.breachedAt ?? sla.dueAt;
  const kinds = [...new Set(parts.map(({ kind }) => kind))];
  return (
    <section className={classes.promise} aria-labelledby="promise">
      <div className={classes.head}>
        <h2 id="promise" className={classes.title}>
          {texts.title}
        </h2>
        <SlaCountdown clock={sla} />
        <span className={classes.soft}>{texts.used(durationWords(sla.elapsedSeconds * 1_000))}</span>
      </div>
      <div className={classes.bar} role="img" aria-label={texts.bar}>
        {parts.map(({ kind, begin, width }) => (
          <span
            key={`${kind}${begin}`}
            className={classes.part}
            data-kind={kind}
            style={{ left: `${begin}%`, width: `${width}%` }}
          />
        ))}
        {marks.map(({ kind, at }) => (
          <span key={kind} className={classes.mark} data-kind={kind} style={{ left: `${at}%` }} title={texts[kind]} />
        ))}
      </div>
      <div className={classes.legend}>
        {kinds.map((kind) => (
          <span key={kind} className={classes.key}>
            <span className={classes.swatch} data-kind={kind} />
            {texts[kind]}
          </span>
        ))}
        {due === null ? null : (
          <span className={classes.end}>
            {texts.due} <Instant at={due} as="short" />
          </span>
        )}
      </div>
      <details className={classes.details}>
        <summary>{texts.stretches}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keys. */}
        <section className={classes.scroll} tabIndex={0} aria-label={texts.stretches}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{texts.columns.state}</th>
                <th scope="col">{texts.columns.why}</th>
                <th scope="col">{texts.columns.from}</th>
                <th scope="col">{texts.columns.to}</th>
                <th scope="col">{texts.columns.time}</th>
              </tr>
            </thead>
            <tbody>
              {sla.intervals.map(({ from, to, state, reason, workingSeconds }) => (
                <tr key={from + state}>
                  <td>{state === 'PAUSED' ? texts.paused : texts.running}</td>
                  <td>{reason}</td>
                  <td>
                    <Instant at={from} as="short" />
                  </td>
                  <td>{to === null ? texts.untilNow : <Instant at={to} as="short" />}</td>
                  <td>{durationWords(workingSeconds * 1_000)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <p className={classes.soft}>{texts.policy(sla.policyVersion, sla.cycle)}</p>
      </details>
    </section>
  );
}

/** To a quarter of a percent: a bar that nobody sees move need not be drawn each second. */
function rounded({ parts, marks }: ClockBar): ClockBar {
  const round = (value: number): number => Math.round(value * 4) / 4;
  return {
    parts: parts.map((part) => ({ ...part, begin: round(part.begin), width: Math.max(round(part.width), 0.25) })),
    marks: marks.map((mark) => ({ ...mark, at: round(mark.at) })),
  };
}
