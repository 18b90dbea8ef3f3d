import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../shared/icons.tsx';
import classes from './admin.module.css';
import { policyTexts } from './texts-policies.ts';
import week from './week.module.css';

const { form: texts } = policyTexts;
const FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeZone: 'UTC' });

interface Props {
  readonly dates: readonly string[];
  /** What the API says against the date at this place. */
  readonly wrong: (place: number) => string | undefined;
  readonly onChange: (dates: readonly string[]) => void;
}

/** Dates on which no time counts, as a list. */
export function Holidays({ dates, wrong, onChange }: Props) {
  const [date, setDate] = useState('');
  const isKnown = dates.includes(date);
  const add = (): void => {
    if (date === '' || isKnown) return;
    onChange([...dates, date].sort());
    setDate('');
  };
  return (
    <fieldset className={classes.plain}>
      <legend className={classes.label}>{texts.holidays}</legend>
      <p className={classes.soft}>{dates.length === 0 ? texts.noHolidays : texts.holidayHint}</p>
      {dates.length > 0 ? (
        <ul className={week.holidays}>
          {dates.map((each, place) => (
            <li key={each} className={week.holiday} data-wrong={wrong(place) !== undefined} title={wrong(place)}>
              <time dateTime={each}>{words(each)}</time>
              <ActionIcon
                size="sm"
                radius="xl"
                variant="subtle"
                color="gray"
                aria-label={texts.removeHoliday(words(each))}
                onClick={() => onChange(dates.filter((other) => other !== each))}
              >
                <Icon name="cross" size={13} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      ) : null}
      <div className={week.adding}>
        <TextInput
          size="xs"
          type="date"
          label={texts.newHoliday}
          value={date}
          error={isKnown ? texts.known : undefined}
          onChange={(event) => setDate(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
        />
        <Button size="xs" variant="default" disabled={date === '' || isKnown} onClick={add}>
          {texts.addHoliday}
        </Button>
      </div>
    </fieldset>
  );
}

function words(date: string): string {
  const instant = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(instant) ? date : FORMAT.format(instant);
}
