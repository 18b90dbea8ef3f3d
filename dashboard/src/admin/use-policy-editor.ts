import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { ask } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { useAnswer } from '../api/use-answer.ts';
import { tellDone, tellProblem } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import {
  AdminPoliciesDocument,
  type AdminPolicyFragment,
  PreviewPolicyDocument,
  SetPolicyDocument,
  type SlaPolicyInput,
} from './documents.generated.ts';
import { draftOf, inputOf, type PolicyDraft, type PolicyValues } from './policy-draft.ts';
import { changesBetween } from './policy-words.ts';
import { policyTexts } from './texts-policies.ts';

const TYPING_MS = 350;
/** A preview grows old by itself: tickets come, and due instants draw nearer. */
const FRESH_MS = 30_000;

/** Why saving asks first: what would break, and the version that came into force meanwhile. */
export interface Asking {
  readonly breachNow: number;
  readonly theirs: AdminPolicyFragment | null;
}

/** A policy as it is edited, with the preview of the draft as it rests; `onSaved` gets the version in force. */
export function usePolicyEditor(base: AdminPolicyFragment, onSaved: (next: AdminPolicyFragment) => void) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [draft, setDraft] = useState<PolicyDraft>(() => draftOf(base, zone));
  const [asking, setAsking] = useState<Asking | null>(null);
  const [isSaving, setSaving] = useState(false);
  const input = inputOf(base.tier, draft);
  const key = JSON.stringify(input);
  const [restingKey] = useDebouncedValue(key, TYPING_MS);
  const resting = useMemo(() => JSON.parse(restingKey) as SlaPolicyInput, [restingKey]);
  const changes = useMemo(() => changesBetween(base, valuesOf(JSON.parse(key) as SlaPolicyInput)), [base, key]);
  const isChanged = changes.length > 0;
  const { data, problem, isLoading, reload } = useAnswer(
    PreviewPolicyDocument,
    { input: resting },
    { pause: !isChanged },
  );
  useEffect(() => {
    if (!isChanged) return;
    const timer = setInterval(reload, FRESH_MS);
    return () => clearInterval(timer);
  }, [isChanged, reload]);

  const put = async (): Promise<void> => {
    const { setSlaPolicy } = await ask(SetPolicyDocument, { input });
    tellDone(policyTexts.save.done(sharedTexts.tier[base.tier], setSlaPolicy.version));
    setAsking(null);
    onSaved(setSlaPolicy);
  };
  /** Saves, unless that breaks promises or goes over what somebody else saved: then it asks first. */
  const save = async (): Promise<void> => {
    setSaving(true);
    try {
      const { previewSlaPolicy: now } = await ask(PreviewPolicyDocument, { input });
      // The API takes no expected version for a policy; its next version tells of another edit all the same.
      const isOvertaken = now.policy.version !== base.version + 1;
      const theirs = isOvertaken ? await inForce(base.tier) : null;
      if (theirs || now.breachNow > 0) setAsking({ breachNow: now.breachNow, theirs });
      else await put();
    } catch (error) {
      tellProblem(asProblem(error, apiTexts.unreachable));
    } finally {
      setSaving(false);
    }
  };
  const preview = isChanged && !problem ? data?.previewSlaPolicy : undefined;
  return {
    draft,
    input,
    change: (part: Partial<PolicyDraft>) => setDraft((before) => ({ ...before, ...part })),
    startFrom: (policy: PolicyValues) => setDraft(draftOf(policy, zone)),
    changes,
    isChanged,
    preview,
    problem: isChanged ? problem : null,
    isLoading: isChanged && (isLoading || key !== restingKey),
    reload,
    /** The version in force, by the preview, when it is not the one that is edited. */
    overtakenBy: preview && preview.policy.version !== base.version + 1 ? preview.policy.version - 1 : null,
    asking,
    isSaving,
    save,
    put,
    stopAsking: () => setAsking(null),
  };
}

export type PolicyEditor = ReturnType<typeof usePolicyEditor>;

/** The policy of a tier as it is now. */
export async function inForce(tier: AdminPolicyFragment['tier']): Promise<AdminPolicyFragment | null> {
  const { slaPolicies } = await ask(AdminPoliciesDocument, {});
  return slaPolicies.find((policy) => policy.tier === tier) ?? null;
}

/** An input as a policy: the optional values are always given here. */
export function valuesOf(input: SlaPolicyInput): PolicyValues {
  return {
    ...input,
    atRiskPercent: input.atRiskPercent ?? 0,
    maxEscalationLevel: input.maxEscalationLevel ?? 0,
    escalateEveryMinutes: input.escalateEveryMinutes ?? null,
    calendar: input.calendar ?? null,
  };
}
