import { CloseButton } from '@mantine/core';
import { LEADS, useUser } from '../api/use-session.ts';
import { Icon } from '../shared/icons.tsx';
import { exactInstant, shortInstant } from '../shared/instant.tsx';
import { ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { useTitle } from '../shared/use-title.ts';
import { AlarmButtons } from './alarm-buttons.tsx';
import { AlertList } from './alert-list.tsx';
import { AwayBand } from './away-band.tsx';
import { Board } from './board.tsx';
import { NextDue } from './next-due.tsx';
import { Taken } from './taken.tsx';
import { wallTexts } from './texts.ts';
import { useAlarm } from './use-alarm.ts';
import { useAlerts } from './use-alerts.ts';
import { useWall } from './use-wall.ts';
import classes from './wall-page.module.css';

/** What is broken and waits for somebody, large; what breaks next; and every alert as it comes. */
export function WallPage() {
  const { role } = useUser();
  const { model, snapshot, problem, reload } = useWall();
  const alarm = useAlarm();
  const alerts = useAlerts(alarm.tell);
  const { away, begunAnew } = alerts;
  const count = snapshot.waiting.length;
  useTitle(count > 0 ? wallTexts.counted(count) : wallTexts.title);

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h1 className={classes.title}>{wallTexts.title}</h1>
          {LEADS.includes(role) ? null : <p className={classes.scope}>{wallTexts.mine}</p>}
        </div>
        <AlarmButtons alarm={alarm} />
      </header>
      <AwayBand away={away} entries={alerts.snapshot.entries} />
      {begunAnew === null ? null : (
        <div className={classes.away} data-kind="lost" role="alert">
          <Icon name="history" size={22} />
          <p title={exactInstant(new Date(begunAnew).toISOString())}>
            <strong>{wallTexts.expired.title}</strong>
            <br />
            {wallTexts.expired.words(shortInstant(new Date(begunAnew).toISOString()))}
          </p>
          <CloseButton className={classes.close ?? ''} aria-label={sharedTexts.close} onClick={alerts.settleAnew} />
        </div>
      )}
      {problem ? <ErrorState problem={problem} onRetry={reload} /> : null}
      {problem ? null : (
        <div className={classes.columns}>
          <div className={classes.broken}>
            {snapshot.isReady ? (
              <Board model={model} snapshot={snapshot} alarm={alarm} />
            ) : (
              <RowsSkeleton rows={5} height={72} />
            )}
            <Taken tickets={snapshot.taken} />
          </div>
          <div className={classes.beside}>
            {snapshot.isReady ? <NextDue tickets={snapshot.next} /> : <RowsSkeleton rows={6} />}
            <AlertList snapshot={alerts.snapshot} onClear={alerts.clear} />
          </div>
        </div>
      )}
    </div>
  );
}
