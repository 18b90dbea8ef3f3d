import { Button, Skeleton } from '@mantine/core';
import { useAnswer } from '../api/use-answer.ts';
import { Instant } from '../shared/instant.tsx';
import { ErrorState } from '../shared/states.tsx';
import { type AdminPolicyFragment, AdminPolicyHistoryDocument } from './documents.generated.ts';
import classes from './policy.module.css';
import type { PolicyValues } from './policy-draft.ts';
import { Changes } from './policy-preview.tsx';
import { changesBetween } from './policy-words.ts';
import { policyTexts } from './texts-policies.ts';

const { history: texts, version } = policyTexts;

interface Props {
  readonly policy: AdminPolicyFragment;
  readonly onUse: (policy: PolicyValues) => void;
}

/** Every version, newest first, each with what it changed. */
export function PolicyHistory({ policy, onUse }: Props) {
  const { data, problem, reload } = useAnswer(AdminPolicyHistoryDocument, { tier: policy.tier });
  const versions = data?.slaPolicyHistory;
  return (
    <section className={classes.history} aria-labelledby="history-title">
      <h2 id="history-title" className={classes.small}>
        {texts.title}
      </h2>
      {problem ? <ErrorState problem={problem} onRetry={reload} /> : null}
      {!versions && !problem ? <Skeleton height={60} /> : null}
      <ol className={classes.versions}>
        {versions?.map((each, place) => {
          const earlier = versions[place + 1];
          const changes = earlier ? changesBetween(earlier.policy, each.policy) : null;
          return (
            <li key={each.version} className={classes.version}>
              <div className={classes.said}>
                <strong>{version(each.version)}</strong>
                <Instant at={each.changedAt} as="short" />
                <span>{each.changedBy ? texts.by(each.changedBy.name) : texts.system}</span>
                {each.version === policy.version ? null : (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    aria-label={texts.startFrom(each.version)}
                    onClick={() => {
                      onUse(each.policy);
                      document.getElementById('content')?.scrollTo({ top: 0 });
                    }}
                  >
                    {texts.use}
                  </Button>
                )}
              </div>
              {changes === null ? <p className={classes.soft}>{texts.seeded}</p> : null}
              {changes?.length === 0 ? <p className={classes.soft}>{texts.same}</p> : null}
              {changes && changes.length > 0 ? <Changes changes={changes} /> : null}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
