import { Button } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { serverClock } from '../api/server-clock.ts';
import { Icon } from '../shared/icons.tsx';
import { Instant, shortInstant } from '../shared/instant.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { useTitle } from '../shared/use-title.ts';
import { dayName, dayWords } from './calendar.ts';
import { RangeBar } from './range-bar.tsx';
import { Reports } from './reports.tsx';
import classes from './reports-page.module.css';
import { solvedIn } from './tables.ts';
import { reportTexts } from './texts.ts';
import { type Shown, useReports } from './use-reports.ts';
import { isBackwards, type Period, parseView, periodOf, type ViewChange, viewParams } from './view.ts';

const { range: rangeTexts, keyboard } = reportTexts;

/** The five reports over a range of days. */
export function ReportsPage() {
  useTitle(reportTexts.title);
  const [params, setParams] = useSearchParams();
  const view = parseView(params);
  const period = periodOf(view, serverClock.now());
  const { shown, problem, isLoading, reload } = useReports(view, isBackwards(period));
  const change = (changed: ViewChange, replace: boolean): void => {
    const now = parseView(new URLSearchParams(window.location.search));
    setParams(viewParams({ ...now, ...changed(now) }), { replace, preventScrollReset: true });
  };
  useShortcuts(keyboard.group, [
    { keys: 'r', does: keyboard.refresh, run: reload },
    { keys: 'p', does: keyboard.print, run: () => window.print() },
  ]);
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1 className={classes.title}>{reportTexts.title}</h1>
        {shown ? <AsOf shown={shown} /> : null}
        <div className={classes.tools}>
          <Button size="xs" variant="default" onClick={reload} leftSection={<Icon name="refresh" size={14} />}>
            {reportTexts.refresh}
          </Button>
          <Button size="xs" variant="default" onClick={() => window.print()}>
            {reportTexts.print}
          </Button>
        </div>
      </div>
      <RangeBar view={view} period={period} onChange={(changed) => change(changed, false)} />
      {shown && problem ? (
        <div className={classes.notice} role="alert">
          <Icon name="warning" size={16} /> {reportTexts.stale(problem.message)}
        </div>
      ) : null}
      {shown?.isBehind ? (
        <div className={classes.notice} role="status">
          <Icon name="clock" size={16} /> {reportTexts.behind}
        </div>
      ) : null}
      {shown ? (
        <div className={classes.body} aria-busy={isLoading} data-waiting={isLoading}>
          {isEmpty(shown) ? (
            <NothingYet period={shown.period} />
          ) : (
            <Reports
              shown={shown}
              view={view}
              caption={`${periodWords(shown.period)} · ${reportTexts.asOf} ${shortInstant(shown.reports.asOf)} · ${reportTexts.utc}`}
              fileRange={fileRange(shown)}
              onChange={(changed) => change(changed, true)}
            />
          )}
        </div>
      ) : problem ? (
        <ErrorState problem={problem} onRetry={reload} />
      ) : isLoading ? (
        <RowsSkeleton rows={12} height={28} />
      ) : null}
    </div>
  );
}

/** Which days the figures are of, and up to which instant they know everything. */
function AsOf({ shown: { reports, period } }: { readonly shown: Shown }) {
  const words = periodWords(period);
  return (
    <p className={classes.asOf} title={reportTexts.utc}>
      <span role="status" aria-label={reportTexts.updated(words)}>
        {words}
      </span>
      , {reportTexts.asOf}{' '}
      <span className={classes.screenOnly}>
        <Instant at={reports.asOf} />
      </span>
      <span className={classes.paperOnly}>
        {shortInstant(reports.asOf)}. {reportTexts.utc}
      </span>
    </p>
  );
}

function NothingYet({ period }: { readonly period: Period }) {
  const { empty, imports } = reportTexts;
  const isLimited = period.first !== null || period.last !== null;
  return (
    <EmptyState
      icon="chart"
      title={isLimited ? empty.range : empty.title}
      words={isLimited ? empty.rangeWords : empty.words}
    >
      {isLimited ? (
        <Button variant="default" component={Link} to="?range=all">
          {rangeTexts.preset.all}
        </Button>
      ) : null}
      <Button component={Link} to="/imports" leftSection={<Icon name="upload" size={16} />}>
        {imports.open}
      </Button>
    </EmptyState>
  );
}

/** Nothing at all happened in the range; imports alone fill no chart, but show that something is on its way. */
function isEmpty({ reports }: Shown): boolean {
  const { averageResolution, escalatedPerMonth, topAgents, weeklyStatus, lastProcesses } = reports;
  return (
    averageResolution.every(({ tickets }) => tickets === 0) &&
    escalatedPerMonth.every(({ total }) => total === 0) &&
    topAgents.length === 0 &&
    weeklyStatus.every((week) => week.opened + solvedIn(week) + week.backlog === 0) &&
    lastProcesses.length === 0
  );
}

function periodWords({ first, last }: Period): string {
  if (first !== null && last !== null) return rangeTexts.between(dayWords(first), dayWords(last));
  if (first !== null) return rangeTexts.since(dayWords(first));
  return last === null ? rangeTexts.all : rangeTexts.until(dayWords(last));
}

/** "2026-01-01-to-2026-03-31"; an open end is the day of the answer. */
function fileRange({ period: { first, last }, at }: Shown): string {
  const end = dayName(last ?? at);
  return first === null ? `to-${end}` : `${dayName(first)}-to-${end}`;
}
