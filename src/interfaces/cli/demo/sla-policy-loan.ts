import type { ApiClient } from './api-client.ts';
import type { Scene } from './story.ts';

/** The shortest promise there is. */
export const DEMO_MINUTES = 1;
const USUAL_MINUTES = 120;

interface Policy {
  readonly tier: string;
  readonly resolutionMinutes: number;
  readonly atRiskPercent: number;
  readonly breachAction: string;
}

/** The VIP policy while the demo has it on loan. */
export interface PolicyLoan {
  /** Gives VIP clients their usual policy back and says how many minutes that are; safe to call again. */
  giveBack(): Promise<number>;
}

/** Promises VIP clients a solution within a minute until the loan is given back, at the latest at the story's end. */
export async function borrowVipPolicy({ api, atEnd }: Pick<Scene, 'api' | 'atEnd'>): Promise<PolicyLoan> {
  const { slaPolicies } = await api.run<{ slaPolicies: Policy[] }>(
    'query Policies { slaPolicies { tier resolutionMinutes atRiskPercent breachAction } }',
  );
  const usual = usualPolicy(slaPolicies);
  let returned: Promise<void> | null = null;
  const giveBack = async (): Promise<number> => {
    returned ??= setPolicy(api, usual);
    await returned;
    return usual.resolutionMinutes;
  };
  atEnd(giveBack);
  await setPolicy(api, { tier: 'VIP', resolutionMinutes: DEMO_MINUTES, atRiskPercent: 75, breachAction: 'ESCALATE' });
  return { giveBack };
}

/** What VIP clients had before; a run that was cut off may have left its minute behind, which nobody wants back. */
function usualPolicy(policies: readonly Policy[]): Policy {
  const vip = policies.find(({ tier }) => tier === 'VIP');
  if (vip && vip.resolutionMinutes > DEMO_MINUTES) return vip;
  return { tier: 'VIP', resolutionMinutes: USUAL_MINUTES, atRiskPercent: 75, breachAction: 'ESCALATE' };
}

async function setPolicy(api: ApiClient, input: Policy): Promise<void> {
  await api.run('mutation SetPolicy($input: SlaPolicyInput!) { setSlaPolicy(input: $input) { version } }', { input });
}
