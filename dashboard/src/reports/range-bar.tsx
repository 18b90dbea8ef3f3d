import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { serverClock } from '../api/server-clock.ts';
import { dayName, parseDay } from './calendar.ts';
import classes from './reports-page.module.css';
import { reportTexts } from './texts.ts';
import { isBackwards, type Period, PRESETS, periodOf, type ReportsView, type ViewChange, viewParams } from './view.ts';

const texts = reportTexts.range;

interface Props {
  readonly view: ReportsView;
  /** What the view means today. */
  readonly period: Period;
  readonly onChange: (change: ViewChange) => void;
}

/** Ranges that people ask for, as links; and the days, to choose others. */
export function RangeBar({ view, period, onChange }: Props) {
  const choose = (chosen: Partial<Period>): void =>
    onChange((now) => {
      const { first: from, last: to } = { ...periodOf(now, serverClock.now()), ...chosen };
      return { preset: from === null && to === null ? 'all' : null, from, to };
    });
  return (
    <div className={classes.range}>
      <nav className={classes.presets} aria-label={texts.label}>
        {PRESETS.map((preset) => (
          <Link
            key={preset}
            to={`?${viewParams({ ...view, preset, from: null, to: null })}`}
            className={classes.preset ?? ''}
            aria-current={view.preset === preset ? 'page' : undefined}
          >
            {texts.preset[preset]}
          </Link>
        ))}
      </nav>
      <div className={classes.days}>
        <DayInput label={texts.from} day={period.first} onChange={(first) => choose({ first })} />
        <span aria-hidden="true">–</span>
        <DayInput
          label={texts.to}
          day={period.last}
          error={isBackwards(period) ? texts.backwards : undefined}
          onChange={(last) => choose({ last })}
        />
      </div>
    </div>
  );
}

interface DayProps {
  readonly label: string;
  readonly day: number | null;
  readonly error?: string | undefined;
  readonly onChange: (day: number | null) => void;
}

/** A day by the browser's own picker, which every platform has in its own way, for keys and fingers. */
function DayInput({ label, day, error, onChange }: DayProps) {
  const name = day === null ? '' : dayName(day);
  const [typed, setTyped] = useState(name);
  useEffect(() => setTyped(name), [name]);
  const take = (value: string): void => {
    const next = parseDay(value);
    // A year that is being typed passes through the first century.
    if (next !== null && next !== day) onChange(next);
  };
  return (
    <TextInput
      size="xs"
      type="date"
      aria-label={label}
      title={label}
      value={typed}
      error={error}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        take(event.currentTarget.value);
      }}
      onBlur={() => {
        if (typed === '' && day !== null) onChange(null);
        else setTyped(name);
      }}
    />
  );
}
