import { useCallback, useMemo } from 'react';
import { AgentsCard } from './agents-card.tsx';
import { addDays, monthStart, monthWords, weekStart } from './calendar.ts';
import { ImportsCard } from './imports-card.tsx';
import { isByYear, monthsScene } from './months-scene.ts';
import { ChartCard } from './report-card.tsx';
import classes from './reports-page.module.css';
import { resolutionScene } from './resolution-scene.ts';
import { escalationsByMonth, monthsTable, resolutionTable, weeksOf, weeksTable } from './tables.ts';
import { reportTexts as texts } from './texts.ts';
import type { Shown } from './use-reports.ts';
import { type ChartName, isBeyondWeeks, MOST_WEEKS, type ReportsView, type ViewChange } from './view.ts';
import { weeksScene } from './weeks-scene.ts';

interface Props {
  readonly shown: Shown;
  readonly view: ReportsView;
  readonly caption: string;
  readonly fileRange: string;
  readonly onChange: (change: ViewChange) => void;
}

/** The five, each in its block. */
export function Reports({ shown, view, caption, fileRange, onChange }: Props) {
  const { reports, period, at } = shown;
  const { averageResolution: resolution, escalatedPerMonth } = reports;
  const months = useMemo(() => escalationsByMonth(escalatedPerMonth), [escalatedPerMonth]);
  const weeks = useMemo(() => weeksOf(reports.weeklyStatus, period), [reports.weeklyStatus, period]);
  const present = weekStart(at);
  const drawResolution = useCallback((width: number) => resolutionScene(resolution, width), [resolution]);
  const drawMonths = useCallback((width: number) => monthsScene(months, width), [months]);
  const drawWeeks = useCallback((width: number) => weeksScene(weeks, present, width), [weeks, present]);
  const card = (name: ChartName) => ({
    caption,
    fileRange,
    isTable: view.asTable.includes(name),
    onToggle: () =>
      onChange(({ asTable }) => ({
        asTable: asTable.includes(name) ? asTable.filter((each) => each !== name) : [...asTable, name],
      })),
  });
  const isPresent = period.last === null || period.last >= addDays(at, -1);
  const { resolution: one, months: two, weeks: four } = texts;
  return (
    <div className={classes.cards}>
      <ChartCard
        {...card('resolution')}
        table={resolutionTable(resolution)}
        words={one.words}
        picture={drawResolution}
        empty={resolution.every(({ tickets }) => tickets === 0) ? { title: one.empty, words: one.emptyWords } : null}
      />
      <ChartCard
        {...card('months')}
        table={monthsTable(months)}
        words={isByYear(months) ? two.byYear : two.words}
        notes={isPresent ? [two.open(monthWords(monthStart(at)))] : []}
        picture={drawMonths}
        empty={months.every(({ all }) => all === 0) ? { title: two.empty, words: two.emptyWords } : null}
      />
      <ChartCard
        {...card('weeks')}
        breadth="whole"
        table={weeksTable(weeks)}
        words={four.words}
        notes={[...(isPresent ? [four.open] : []), ...(isBeyondWeeks(period, at) ? [four.beyond(MOST_WEEKS)] : [])]}
        picture={drawWeeks}
        empty={
          weeks.length === 0
            ? { title: four.empty, words: four.tooOld(MOST_WEEKS) }
            : weeks.every((week) => week.opened + week.resolved + week.closed + week.backlog === 0)
              ? { title: four.empty, words: four.emptyWords }
              : null
        }
      />
      <AgentsCard
        agents={reports.topAgents}
        asked={shown.agents}
        view={view}
        caption={caption}
        fileRange={fileRange}
        onChange={onChange}
      />
      <ImportsCard imports={reports.lastProcesses} caption={caption} fileRange={fileRange} />
    </div>
  );
}
