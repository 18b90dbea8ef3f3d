import type { BusinessCalendar, BusinessInterval } from '../../src/domain/calendar/business-calendar.ts';
import type { ClientTier } from '../../src/domain/enums.ts';
import type { SlaPolicyEdit } from '../../src/domain/sla-policy.ts';
import { randomNumbers } from './naive-reports.ts';

/** Throws that fall the same way for the same seed. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomNumbers(seed);
  }

  below(n: number): number {
    return Math.floor(this.#next() * n);
  }

  /** From `from` to `to`, both included. */
  within(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.below(from.length)] ?? from[0];
  }

  /** One of `from`; undefined when it is empty. */
  any<T>(from: readonly T[]): T | undefined {
    return from[this.below(from.length)];
  }

  /** A key, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.#next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new Error('There is nothing to choose from.');
  }
}

export interface Scene {
  readonly start: string;
  readonly zones: readonly [string, ...string[]];
}

/** Where and when: each place changes its clocks, skips a day or does neither within the weeks after its start. */
export const SCENES: readonly [Scene, ...Scene[]] = [
  { start: '2026-03-24T07:00:00Z', zones: ['Europe/Berlin', 'Antarctica/Troll', 'Asia/Kolkata'] },
  { start: '2026-10-21T15:00:00Z', zones: ['Europe/London', 'America/New_York', 'Asia/Tehran'] },
  { start: '2026-03-04T20:00:00Z', zones: ['America/New_York', 'America/St_Johns', 'UTC'] },
  { start: '2026-04-01T03:00:00Z', zones: ['Australia/Lord_Howe', 'America/Santiago', 'Africa/Cairo'] },
  { start: '2011-12-25T09:00:00Z', zones: ['Pacific/Apia', 'Pacific/Fakaofo', 'Asia/Tokyo'] },
  { start: '2024-02-26T12:00:00Z', zones: ['America/Los_Angeles', 'Asia/Kathmandu', 'Asia/Gaza'] },
];

const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Hours of one day, in minutes since midnight. */
function hours(dice: Dice): [from: number, to: number][] {
  switch (dice.weighted({ office: 4, lunch: 3, night: 3, any: 3, whole: 1 })) {
    case 'office':
      return [[540, 1_020]];
    case 'lunch':
      return [
        [480, 720],
        [dice.within(720, 780), 1_050],
      ];
    case 'night':
      return [
        [0, dice.within(90, 400)],
        [dice.within(1_200, 1_380), 1_440],
      ];
    case 'any': {
      const from = dice.within(0, 1_000);
      return [[from, dice.within(from + 120, 1_440)]];
    }
    case 'whole':
      return [[0, 1_440]];
  }
}

/** A week with some days off and some days that are unlike the others, and holidays in the weeks after `start`. */
function randomCalendar(dice: Dice, { start, zones }: Scene): BusinessCalendar {
  const usual = hours(dice);
  const firstOff = dice.within(4, 8);
  const intervals = [1, 2, 3, 4, 5, 6, 7].flatMap((weekday): BusinessInterval[] => {
    if (weekday >= firstOff) return [];
    const own = dice.chance(0.25) ? hours(dice) : usual;
    return own.map(([from, to]) => ({ weekday, start: timeOf(from), end: timeOf(to) }));
  });
  const holiday = () => new Date(Date.parse(start) + dice.below(35) * 86_400_000).toISOString().slice(0, 10);
  const holidays = Array.from({ length: dice.below(5) }, holiday);
  return { timeZone: dice.pick(zones), intervals, holidays };
}

/** An edit; warnings fall on whole minutes. */
export function randomPolicy(dice: Dice, tier: ClientTier, scene: Scene): SlaPolicyEdit {
  const most = dice.pick([15, 30, 90]);
  return {
    tier,
    resolutionMinutes: 20 * dice.within(1, most),
    atRiskPercent: 5 * dice.within(1, 19),
    breachAction: dice.pick(['ESCALATE', 'NOTIFY_SUPERVISOR']),
    escalateEveryMinutes: dice.chance(0.25) ? null : dice.within(1, dice.pick([10, 120, 600])),
    maxEscalationLevel: dice.within(1, 5),
    calendar: dice.chance(0.3) ? null : randomCalendar(dice, scene),
  };
}
