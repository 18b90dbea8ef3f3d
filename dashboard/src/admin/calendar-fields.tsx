import { ActionIcon, Button, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import type { Problem } from '../api/problem.ts';
import { Icon } from '../shared/icons.tsx';
import classes from './admin.module.css';
import { timeZones } from './calendar-time.ts';
import { Holidays } from './holidays.tsx';
import { addedStretch, copiedMonday, type PolicyDraft, type StretchDraft } from './policy-draft.ts';
import { policyTexts } from './texts-policies.ts';
import { messageAt } from './use-doing.ts';
import week from './week.module.css';
import { normalTime, WEEKDAYS } from './week.ts';
import { DayBar, HourScale } from './week-bars.tsx';

const { form: texts, values } = policyTexts;
const PATH = 'input.calendar';

interface Props {
  readonly draft: PolicyDraft;
  /** What the API says against the draft. */
  readonly problem: Problem | null;
  readonly onChange: (change: Partial<PolicyDraft>) => void;
}

/** When time counts: the zone, a week of fields with a bar for each day, and the holidays. */
export function CalendarFields({ draft, problem, onChange }: Props) {
  const zones = useMemo(timeZones, []);
  const known = zones.includes(draft.timeZone) ? zones : [draft.timeZone, ...zones];
  return (
    <Stack gap="sm">
      <Radio.Group
        aria-label={texts.calendar}
        value={draft.hasCalendar ? 'hours' : 'clock'}
        onChange={(value) => onChange({ hasCalendar: value === 'hours' })}
      >
        <Stack gap={6}>
          <Radio value="clock" label={texts.roundTheClock} />
          <Radio value="hours" label={texts.businessHours} />
        </Stack>
      </Radio.Group>
      {draft.hasCalendar ? (
        <>
          <Select
            label={texts.zone}
            description={texts.zoneHint}
            data={known}
            searchable
            limit={60}
            maw={320}
            value={draft.timeZone}
            allowDeselect={false}
            error={messageAt(problem, `${PATH}.timeZone`)}
            nothingFoundMessage={texts.noZone}
            comboboxProps={{ withinPortal: false }}
            onChange={(timeZone) => timeZone && onChange({ timeZone })}
          />
          <Week draft={draft} problem={problem} onChange={onChange} />
          <Holidays
            dates={draft.holidays}
            wrong={(place) => messageAt(problem, `${PATH}.holidays[${place}]`)}
            onChange={(holidays) => onChange({ holidays })}
          />
        </>
      ) : null}
    </Stack>
  );
}

function Week({ draft: { intervals }, problem, onChange }: Props) {
  const set = (next: readonly StretchDraft[]): void => onChange({ intervals: next });
  return (
    <fieldset className={classes.plain}>
      <legend className={classes.label}>{texts.week}</legend>
      <Button
        size="compact-sm"
        variant="default"
        title={texts.copyHint}
        disabled={!intervals.some(({ weekday }) => weekday === 1)}
        onClick={() => set(copiedMonday(intervals))}
      >
        {texts.copy}
      </Button>
      <div className={week.rows}>
        <div className={week.head}>
          <span />
          <HourScale />
          <span />
        </div>
        {WEEKDAYS.map((weekday) => (
          <Day key={weekday} weekday={weekday} intervals={intervals} problem={problem} onChange={set} />
        ))}
      </div>
      {messageAt(problem, `${PATH}.intervals`) ? (
        <p className={classes.wrong} role="alert">
          {messageAt(problem, `${PATH}.intervals`)}
        </p>
      ) : null}
    </fieldset>
  );
}

interface DayProps {
  readonly weekday: number;
  readonly intervals: readonly StretchDraft[];
  readonly problem: Problem | null;
  readonly onChange: (next: readonly StretchDraft[]) => void;
}

function Day({ weekday, intervals, problem, onChange }: DayProps) {
  const day = values.days[weekday] ?? '';
  const own = intervals.flatMap((each, place) => (each.weekday === weekday ? [{ ...each, place }] : []));
  const set = (key: number, change: Partial<StretchDraft>): void =>
    onChange(intervals.map((each) => (each.key === key ? { ...each, ...change } : each)));
  const add = (): void => onChange(addedStretch(intervals, weekday));
  return (
    <div className={week.row} role="group" aria-label={day}>
      <span className={week.name} aria-hidden="true">
        {day}
      </span>
      <DayBar intervals={intervals} weekday={weekday} />
      <div className={week.fields}>
        {own.length === 0 ? (
          <span className={week.closed}>
            {texts.closed}
            <Button size="compact-sm" variant="subtle" aria-label={texts.addTo(day)} onClick={add}>
              {texts.add}
            </Button>
          </span>
        ) : null}
        {own.map(({ key, start, end, place }, n) => (
          <div key={key} className={week.stretch}>
            <Time
              label={texts.start(day, n + 1)}
              value={start}
              error={messageAt(problem, `${PATH}.intervals[${place}].start`)}
              onChange={(value) => set(key, { start: value })}
            />
            <span>{texts.to}</span>
            <Time
              label={texts.end(day, n + 1)}
              value={end}
              error={messageAt(problem, `${PATH}.intervals[${place}].end`)}
              onChange={(value) => set(key, { end: value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={texts.remove(day, n + 1)}
              onClick={() => onChange(intervals.filter((each) => each.key !== key))}
            >
              <Icon name="cross" size={15} />
            </ActionIcon>
            {n === own.length - 1 ? (
              <ActionIcon variant="subtle" aria-label={texts.addTo(day)} title={texts.add} onClick={add}>
                <Icon name="plus" size={15} />
              </ActionIcon>
            ) : null}
          </div>
        ))}
      </div>
    </div>
  );
}

interface TimeProps {
  readonly label: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

/** A time of the day as text: a field of the browser's for times would know no 24:00. */
function Time({ label, value, error, onChange }: TimeProps) {
  return (
    <TextInput
      size="xs"
      className={week.time}
      aria-label={label}
      inputMode="numeric"
      maxLength={5}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={() => onChange(normalTime(value))}
    />
  );
}
