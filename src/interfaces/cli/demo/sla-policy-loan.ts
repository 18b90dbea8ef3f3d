import type { ApiClient } from './api-client.ts';
import type { Scene } from './story.ts';

/** The shortest promise there is. */
export const DEMO_MINUTES = 1;
/** What a tier is promised where the policy found is none that people would choose. */
const USUAL_MINUTES = { VIP: 120, NORMAL: 1440 } as const;
/** A shorter promise was left behind by a run that was cut off; nobody wants it back. */
const SHORTEST_USUAL_MINUTES = 10;

type Tier = keyof typeof USUAL_MINUTES;

interface Policy {
  readonly tier: string;
  readonly resolutionMinutes: number;
  readonly atRiskPercent: number;
  readonly breachAction: string;
}

/** The policy of a tier while the demo has it on loan. */
export interface PolicyLoan {
  /** Gives the tier its usual policy back and says how many minutes that are; safe to call again. */
  giveBack(): Promise<number>;
}

/** Promises clients of `tier` a solution within `minutes` until the loan is given back, at the latest at the story's end. */
export async function borrowPolicy(
  { api, atEnd }: Pick<Scene, 'api' | 'atEnd'>,
  tier: Tier,
  minutes: number,
): Promise<PolicyLoan> {
  const { slaPolicies } = await api.run<{ slaPolicies: Policy[] }>(
    'query Policies { slaPolicies { tier resolutionMinutes atRiskPercent breachAction } }',
  );
  const usual = usualPolicy(slaPolicies, tier);
  let returned: Promise<void> | null = null;
  const giveBack = async (): Promise<number> => {
    returned ??= setPolicy(api, usual);
    await returned;
    return usual.resolutionMinutes;
  };
  atEnd(giveBack);
  await setPolicy(api, { tier, resolutionMinutes: minutes, atRiskPercent: 75, breachAction: 'ESCALATE' });
  return { giveBack };
}

function usualPolicy(policies: readonly Policy[], tier: Tier): Policy {
  const found = policies.find((policy) => policy.tier === tier);
  if (found && found.resolutionMinutes >= SHORTEST_USUAL_MINUTES) return found;
  return { tier, resolutionMinutes: USUAL_MINUTES[tier], atRiskPercent: 75, breachAction: 'ESCALATE' };
}

async function setPolicy(api: ApiClient, input: Policy): Promise<void> {
  await api.run('mutation SetPolicy($input: SlaPolicyInput!) { setSlaPolicy(input: $input) { version } }', { input });
}
