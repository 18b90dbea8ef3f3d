import { Alert, Button } from '@mantine/core';
import { useState } from 'react';
import { Link, useBlocker, useParams } from 'react-router';
import { asProblem } from '../api/problem.ts';
import type { ClientTier } from '../api/schema.generated.ts';
import { apiTexts } from '../api/texts.ts';
import { useAnswer } from '../api/use-answer.ts';
import { useUser } from '../api/use-session.ts';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { tellProblem } from '../shared/notify.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { useTitle } from '../shared/use-title.ts';
import { CalendarExample } from './calendar-example.tsx';
import { CalendarFields } from './calendar-fields.tsx';
import { Confirm } from './confirm.tsx';
import { AdminPoliciesDocument, type AdminPolicyFragment } from './documents.generated.ts';
import classes from './policy.module.css';
import { calendarOf } from './policy-draft.ts';
import { PolicyForm } from './policy-form.tsx';
import { PolicyHistory } from './policy-history.tsx';
import { BothSides, PolicyPreview } from './policy-preview.tsx';
import { changesBetween } from './policy-words.ts';
import { adminTexts } from './texts.ts';
import { policyTexts as texts } from './texts-policies.ts';
import { inForce, type PolicyEditor, usePolicyEditor, valuesOf } from './use-policy-editor.ts';

const FORM = 'policy-form';
const TIERS: readonly ClientTier[] = ['VIP', 'NORMAL'];

/** One tier's policy, to be edited, or tried out by those who may not save. */
export function PolicyPage() {
  const { tier: asked = '' } = useParams();
  const tier = TIERS.find((each) => each === asked.toUpperCase());
  const { data, problem, reload } = useAnswer(AdminPoliciesDocument, {}, { pause: tier === undefined });
  useTitle(adminTexts.page(tier ? texts.of(sharedTexts.tier[tier]) : texts.title));
  if (!tier) return <EmptyState icon="search" title={texts.unknown} words={texts.unknownWords} />;
  if (problem && !data) return <ErrorState problem={problem} onRetry={reload} />;
  const policy = data?.slaPolicies.find((each) => each.tier === tier);
  if (!policy) return <RowsSkeleton rows={10} />;
  return <Edited key={tier} first={policy} />;
}

/** Holds the version that is edited: a later one that is read meanwhile, for whatever reason, must not take a draft away. */
function Edited({ first }: { readonly first: AdminPolicyFragment }) {
  const [policy, setPolicy] = useState(first);
  const renew = (): void => {
    inForce(first.tier).then(
      (now) => setPolicy(now ?? policy),
      (error: unknown) => tellProblem(asProblem(error, apiTexts.unreachable)),
    );
  };
  return <Editor key={policy.version} policy={policy} onSaved={setPolicy} onRenew={renew} />;
}

interface Props {
  readonly policy: AdminPolicyFragment;
  readonly onSaved: (next: AdminPolicyFragment) => void;
  /** Leaves the draft for what is in force. */
  readonly onRenew: () => void;
}

function Editor({ policy, onSaved, onRenew }: Props) {
  const { role } = useUser();
  const editor = usePolicyEditor(policy, onSaved);
  const { draft, change, input } = editor;
  const isAdmin = role === 'ADMIN';
  const tier = sharedTexts.tier[policy.tier];
  return (
    <>
      <Link to="/admin/policies" className={classes.back ?? ''}>
        <Icon name="back" size={15} />
        {texts.back}
      </Link>
      <div className={classes.head}>
        <h1 className={classes.title}>{texts.of(tier)}</h1>
        <span className={classes.soft}>
          {texts.version(policy.version)}, {texts.inForce} <Instant at={policy.updatedAt} as="short" />
        </span>
      </div>
      {isAdmin ? null : <p className={classes.soft}>{texts.readOnly}</p>}
      <div className={classes.columns}>
        <form
          id={FORM}
          className={classes.form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (isAdmin && editor.isChanged) void editor.save();
          }}
        >
          <section className={classes.part} aria-labelledby="promise-title">
            <h2 id="promise-title" className={classes.small}>
              {texts.form.promise}
            </h2>
            <PolicyForm draft={draft} problem={editor.problem} onChange={change} />
          </section>
          <section className={classes.part} aria-labelledby="calendar-title">
            <h2 id="calendar-title" className={classes.small}>
              {texts.form.calendar}
            </h2>
            <CalendarFields draft={draft} problem={editor.problem} onChange={change} />
            <CalendarExample calendar={calendarOf(draft)} minutes={input.resolutionMinutes} />
          </section>
        </form>
        <div className={classes.beside}>
          {editor.overtakenBy === null ? null : (
            <Alert color="yellow" title={texts.conflict.title}>
              {texts.conflict.words(editor.overtakenBy)}
              <div className={classes.choices}>
                <Button size="xs" variant="default" onClick={onRenew}>
                  {texts.conflict.keepTheirs}
                </Button>
              </div>
            </Alert>
          )}
          <PolicyPreview
            changes={editor.changes}
            preview={editor.preview}
            problem={editor.problem}
            isLoading={editor.isLoading}
            onRetry={editor.reload}
          />
          <div className={classes.save}>
            {isAdmin ? (
              <Button type="submit" form={FORM} disabled={!editor.isChanged} loading={editor.isSaving}>
                {texts.save.submit}
              </Button>
            ) : null}
            <Button variant="default" disabled={!editor.isChanged} onClick={() => editor.startFrom(policy)}>
              {texts.save.reset}
            </Button>
          </div>
        </div>
      </div>
      <PolicyHistory policy={policy} onUse={editor.startFrom} />
      <Questions editor={editor} tier={tier} />
    </>
  );
}

/** What is asked before promises break, before an edit of somebody else is overwritten, and before a draft is lost. */
function Questions({ editor, tier }: { readonly editor: PolicyEditor; readonly tier: string }) {
  const { asking, stopAsking, put, input } = editor;
  const leaving = useBlocker(
    ({ currentLocation, nextLocation }) => editor.isChanged && currentLocation.pathname !== nextLocation.pathname,
  );
  const { save, conflict } = texts;
  if (asking?.theirs) {
    return (
      <Confirm
        title={conflict.title}
        action={conflict.useMine}
        cancel={conflict.goOn}
        onClose={() => {
          stopAsking();
          // Then it says beside the preview what came into force, and offers it.
          editor.reload();
        }}
        onConfirm={put}
      >
        <p>{conflict.words(asking.theirs.version)}</p>
        <BothSides changes={changesBetween(asking.theirs, valuesOf(input))} />
        {asking.breachNow > 0 ? <p>{save.breaks(asking.breachNow)}</p> : null}
      </Confirm>
    );
  }
  if (asking) {
    return (
      <Confirm
        title={save.ask(tier)}
        action={save.submitBreaking(asking.breachNow)}
        onClose={stopAsking}
        onConfirm={put}
      >
        {save.breaks(asking.breachNow)}
      </Confirm>
    );
  }
  if (leaving.state === 'blocked') {
    return (
      <Confirm
        title={save.leave}
        action={save.leaveSubmit}
        cancel={save.stay}
        onClose={() => leaving.reset()}
        onConfirm={async () => leaving.proceed()}
      >
        {save.leaveWords}
      </Confirm>
    );
  }
  return null;
}
