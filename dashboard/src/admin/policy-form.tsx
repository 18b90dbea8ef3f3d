import { Checkbox, NumberInput, Radio, Stack } from '@mantine/core';
import type { Problem } from '../api/problem.ts';
import type { BreachAction } from '../api/schema.generated.ts';
import { minutesWords } from './minutes-words.ts';
import classes from './policy.module.css';
import type { PolicyDraft } from './policy-draft.ts';
import { policyTexts } from './texts-policies.ts';
import { messageAt } from './use-doing.ts';

const { form: texts, values } = policyTexts;
/** More than the API takes, which then says so. */
const MOST_HOURS = 99_999;
const ACTIONS: readonly BreachAction[] = ['ESCALATE', 'NOTIFY_SUPERVISOR'];

interface Props {
  readonly draft: PolicyDraft;
  readonly problem: Problem | null;
  readonly onChange: (change: Partial<PolicyDraft>) => void;
}

/** How long a promise is, and what happens when it is broken. */
export function PolicyForm({ draft, problem, onChange }: Props) {
  const total = (draft.hours || 0) * 60 + (draft.minutes || 0);
  const risk = minutesWords((total * (draft.atRisk || 0)) / 100);
  return (
    <Stack gap="md">
      <Length
        label={texts.resolution}
        names={[texts.resolutionHours, texts.resolutionMinutes]}
        hours={draft.hours}
        minutes={draft.minutes}
        error={messageAt(problem, 'input.resolutionMinutes')}
        onChange={(hours, minutes) => onChange({ hours, minutes })}
      />
      <NumberInput
        label={texts.atRisk}
        description={texts.atRiskHint(risk)}
        suffix=" %"
        min={0}
        max={1_000}
        allowDecimal={false}
        maw={280}
        value={draft.atRisk}
        error={messageAt(problem, 'input.atRiskPercent')}
        onChange={(value) => onChange({ atRisk: numberOf(value) })}
      />
      <Radio.Group
        label={texts.action}
        value={draft.action}
        onChange={(action) => onChange({ action: action as BreachAction })}
      >
        <Stack gap={6} mt={4}>
          {ACTIONS.map((action) => (
            <Radio key={action} value={action} label={values.action[action]} />
          ))}
        </Stack>
      </Radio.Group>
      <Checkbox
        label={texts.ladder}
        checked={draft.hasLadder}
        onChange={(event) => onChange({ hasLadder: event.currentTarget.checked })}
      />
      {draft.hasLadder ? (
        <div className={classes.ladder}>
          <Length
            label={texts.every}
            names={[texts.everyHours, texts.everyMinutes]}
            hours={draft.everyHours}
            minutes={draft.everyMinutes}
            error={messageAt(problem, 'input.escalateEveryMinutes')}
            onChange={(everyHours, everyMinutes) => onChange({ everyHours, everyMinutes })}
          />
          <NumberInput
            label={texts.maxLevel}
            min={0}
            max={1_000}
            allowDecimal={false}
            w={120}
            value={draft.maxLevel}
            error={messageAt(problem, 'input.maxEscalationLevel')}
            onChange={(value) => onChange({ maxLevel: numberOf(value) })}
          />
        </div>
      ) : null}
    </Stack>
  );
}

interface LengthProps {
  readonly label: string;
  readonly names: readonly [string, string];
  readonly hours: number | '';
  readonly minutes: number | '';
  readonly error: string | undefined;
  readonly onChange: (hours: number | '', minutes: number | '') => void;
}

/** A length of time as hours and minutes. */
function Length({ label, names, hours, minutes, error, onChange }: LengthProps) {
  return (
    <fieldset className={classes.plain}>
      <legend className={classes.label}>{label}</legend>
      <div className={classes.length}>
        <NumberInput
          aria-label={names[0]}
          min={0}
          max={MOST_HOURS}
          allowDecimal={false}
          w={96}
          value={hours}
          error={error !== undefined}
          onChange={(value) => onChange(numberOf(value), minutes)}
        />
        <span>{texts.hours}</span>
        <NumberInput
          aria-label={names[1]}
          min={0}
          max={59}
          allowDecimal={false}
          w={80}
          value={minutes}
          error={error !== undefined}
          onChange={(value) => onChange(hours, numberOf(value))}
        />
        <span>{texts.minutes}</span>
      </div>
      {error ? (
        <p className={classes.wrong} role="alert">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}

function numberOf(value: number | string): number | '' {
  return typeof value === 'number' ? value : value.trim() === '' || Number.isNaN(Number(value)) ? '' : Number(value);
}
