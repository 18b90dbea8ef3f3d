import { Button } from '@mantine/core';
import { durationWords } from '../shared/duration.ts';
import { Icon, type IconName } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { useTitle } from '../shared/use-title.ts';
import classes from './admin.module.css';
import own from './health.module.css';
import type { Check, CheckStatus, Numbers } from './health.ts';
import { adminTexts } from './texts.ts';
import { queuesTexts, healthTexts as texts } from './texts-running.ts';
import { type Health, useHealth } from './use-health.ts';

const ICONS: Readonly<Record<CheckStatus, IconName>> = { up: 'check', degraded: 'warning', down: 'cross' };
const TONES: Readonly<Record<CheckStatus, string>> = { up: 'good', degraded: 'risk', down: 'bad' };

/** How the server is, in words, with each thing that it depends on. */
export function HealthPage() {
  useTitle(adminTexts.page(texts.title));
  const { health, problem, reload } = useHealth();
  return (
    <>
      <div className={classes.line}>
        <h1 className={classes.title}>{texts.title}</h1>
        {health ? (
          <span className={classes.count}>
            {queuesTexts.read} <Instant at={health.readAt} />
          </span>
        ) : null}
        <Button variant="default" size="xs" leftSection={<Icon name="refresh" size={15} />} onClick={reload}>
          {adminTexts.refresh}
        </Button>
      </div>
      {problem ? <ErrorState problem={problem} onRetry={reload} /> : null}
      {!health && !problem ? <RowsSkeleton /> : null}
      {health && !problem ? <Whole health={health} /> : null}
    </>
  );
}

function Whole({ health: { overall, checks, numbers } }: { readonly health: Health }) {
  const [title = '', words = ''] = texts.overall[overall] ?? texts.overall.unknown ?? [];
  const isWell = overall === 'ready';
  const tone = isWell ? 'good' : overall === 'degraded' ? 'risk' : 'bad';
  return (
    <>
      <div className={own.overall} data-tone={tone} role="status">
        <Icon name={isWell ? 'check' : 'warning'} size={24} />
        <div>
          <p className={own.say}>{title}</p>
          <p className={own.words}>{words}</p>
        </div>
      </div>
      {checks.length > 0 ? (
        <section aria-labelledby="checks-title">
          <h2 id="checks-title" className={own.small}>
            {texts.dependencies}
          </h2>
          <ul className={own.checks}>
            {checks.map((check) => (
              <CheckCard key={check.name} check={check} />
            ))}
          </ul>
        </section>
      ) : null}
      <NumbersOf numbers={numbers} />
      <p className={classes.soft}>{texts.oneProcess}</p>
    </>
  );
}

function CheckCard({ check }: { readonly check: Check }) {
  const [name, words] = texts.checks[check.name] ?? [check.name, ''];
  return (
    <li className={own.check} data-tone={TONES[check.status]}>
      <div className={own.checkHead}>
        <strong>{name}</strong>
        <span className={classes.tag} data-tone={TONES[check.status]}>
          <Icon name={ICONS[check.status]} size={15} />
          {texts.status[check.status]}
        </span>
      </div>
      <p className={classes.soft}>
        {words} {check.critical ? texts.critical : texts.optional}
      </p>
      {check.detail ? <p className={own.detail}>{check.detail}</p> : null}
      <p className={classes.soft}>{texts.latency(check.latencyMs.toLocaleString())}</p>
    </li>
  );
}

function NumbersOf({ numbers }: { readonly numbers: Numbers }) {
  const { facts } = texts;
  const { uptimeSeconds, running, overdueUnalerted, subscribers, lagMs, rss, problem } = numbers;
  const rows: [string, string][] = [];
  const add = (name: string, value: number | null, words: (value: number) => string): void => {
    if (value !== null) rows.push([name, words(value)]);
  };
  add(facts.uptime, uptimeSeconds, (seconds) => durationWords(seconds * 1_000));
  add(facts.running, running, adminTexts.count);
  add(facts.overdue, overdueUnalerted, (n) => (n === 0 ? texts.overdueGood : adminTexts.count(n)));
  add(facts.subscribers, subscribers, adminTexts.count);
  add(facts.lag, lagMs, texts.milliseconds);
  add(facts.memory, rss, texts.megabytes);
  return (
    <section aria-labelledby="numbers-title">
      <h2 id="numbers-title" className={own.small}>
        {texts.numbers}
      </h2>
      {overdueUnalerted !== null && overdueUnalerted > 0 ? (
        <p className={own.detail} role="alert">
          {texts.overdueBad}
        </p>
      ) : null}
      <dl className={own.numbers}>
        {rows.map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      {problem ? <p className={classes.soft}>{texts.problem}</p> : null}
    </section>
  );
}
