import { Link } from 'react-router';
import { useAnswer } from '../api/use-answer.ts';
import { useUser } from '../api/use-session.ts';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { useTitle } from '../shared/use-title.ts';
import { AdminPoliciesDocument, type AdminPolicyFragment } from './documents.generated.ts';
import classes from './policy.module.css';
import { factsOf } from './policy-words.ts';
import { adminTexts } from './texts.ts';
import { policyTexts as texts } from './texts-policies.ts';
import { WeekBars } from './week-bars.tsx';

/** What each tier is promised, side by side. */
export function PoliciesPage() {
  useTitle(adminTexts.page(texts.title));
  const { data, problem, reload } = useAnswer(AdminPoliciesDocument, {});
  return (
    <>
      <div className={classes.head}>
        <h1 className={classes.title}>{texts.title}</h1>
      </div>
      {problem ? <ErrorState problem={problem} onRetry={reload} /> : null}
      {!data && !problem ? <RowsSkeleton rows={10} /> : null}
      <div className={classes.cards}>
        {data?.slaPolicies.map((policy) => (
          <Card key={policy.tier} policy={policy} />
        ))}
      </div>
    </>
  );
}

function Card({ policy }: { readonly policy: AdminPolicyFragment }) {
  const tier = sharedTexts.tier[policy.tier];
  const isAdmin = useUser().role === 'ADMIN';
  const action = isAdmin ? texts.edit : texts.tryOut;
  const id = `policy-${policy.tier}`;
  // The week is drawn below.
  const facts = factsOf(policy).filter(
    ({ field, words }) => field !== texts.facts.hours && (policy.calendar || words !== texts.values.none),
  );
  return (
    <article className={classes.card} aria-labelledby={id}>
      <div className={classes.head}>
        <h2 id={id} className={classes.name}>
          {texts.card(tier)}
        </h2>
        <Link
          className={classes.edit ?? ''}
          to={`/admin/policies/${policy.tier}`}
          aria-label={`${action}: ${texts.of(tier)}`}
        >
          <Icon name="edit" size={15} />
          {action}
        </Link>
      </div>
      <p className={classes.soft}>
        {texts.version(policy.version)}, {texts.inForce} <Instant at={policy.updatedAt} as="short" />
      </p>
      <dl className={classes.facts}>
        {facts.map(({ field, words }) => (
          <div key={field}>
            <dt>{field}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      {policy.calendar ? <WeekBars intervals={policy.calendar.intervals} /> : null}
    </article>
  );
}
