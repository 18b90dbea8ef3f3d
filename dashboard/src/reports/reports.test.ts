import { describe, expect, it } from 'vitest';
import { dayName, monthStart, parseDay, weekOf, weekStart } from './calendar.ts';
import { csvOf } from './csv.ts';
import { monthsScene, yearsOf } from './months-scene.ts';
import { svgOf } from './picture.ts';
import { resolutionScene } from './resolution-scene.ts';
import { niceTicks, timeTicks } from './scene.ts';
import { type Agent, agentsTable, escalationsByMonth, percentWords, sortAgents, type Week, weeksOf } from './tables.ts';
import { DEFAULT_VIEW, hasWeek, parseView, periodOf, variablesOf, viewParams } from './view.ts';
import { weeksScene } from './weeks-scene.ts';

const NOW = Date.parse('2026-11-25T15:30:00Z');
const viewOf = (address: string) => parseView(new URLSearchParams(address));

describe('days, weeks and months', () => {
  it('begin at midnight, on Monday and on the first, in UTC', () => {
    expect(dayName(weekStart(NOW))).toBe('2026-11-23');
    expect(weekStart(weekStart(NOW))).toBe(weekStart(NOW));
    expect(dayName(monthStart(NOW, -11))).toBe('2025-12-01');
  });

  it('ISO weeks know years with 53 of them', () => {
    expect(dayName(weekOf('2026-W48'))).toBe('2026-11-23');
    expect(dayName(weekOf('2026-W53'))).toBe('2026-12-28');
    expect(dayName(weekOf('2027-W01'))).toBe('2027-01-04');
    expect(dayName(weekOf('2025-W01'))).toBe('2024-12-30');
  });

  it('days that do not exist are none', () => {
    expect(parseDay('2026-02-30')).toBeNull();
    expect(parseDay('0202-02-20')).toBeNull();
    expect(parseDay('yesterday')).toBeNull();
    expect(parseDay('2024-02-29')).toBe(Date.UTC(2024, 1, 29));
  });
});

describe('the address of the reports', () => {
  it('is empty as usual, and gives back what was put into it', () => {
    expect(viewParams(viewOf('')).toString()).toBe('');
    for (const address of [
      'range=30d',
      'range=all&sort=kept&dir=ASC',
      'from=2026-01-01&to=2026-03-31&agents=100&table=resolution%2Cweeks',
      'to=2026-03-31',
    ]) {
      expect(viewParams(viewOf(address)).toString()).toBe(address);
    }
  });

  it('leaves out what it does not understand', () => {
    expect(viewOf('range=ever&from=2026-13-01&sort=shoe&dir=UP&agents=7&table=agents')).toEqual(DEFAULT_VIEW);
  });

  it('asks for whole days in UTC, the last one included, and for the weeks that the range touches', () => {
    const custom = periodOf(viewOf('from=2026-11-02&to=2026-11-15'), NOW);
    expect(variablesOf(custom, NOW)).toEqual({
      from: '2026-11-02T00:00:00.000Z',
      to: '2026-11-16T00:00:00.000Z',
      weeks: 4,
    });
    const weeks = ['2026-W44', '2026-W45', '2026-W46', '2026-W47'];
    expect(weeks.filter((week) => hasWeek(custom, weekOf(week)))).toEqual(['2026-W45', '2026-W46']);
    expect(variablesOf(periodOf(viewOf('range=all'), NOW), NOW)).toEqual({ from: null, to: null, weeks: 260 });
    expect(variablesOf(periodOf(viewOf('range=year'), NOW), NOW).from).toBe('2026-01-01T00:00:00.000Z');
    expect(variablesOf(periodOf(viewOf('range=30d'), NOW), NOW).from).toBe('2026-10-27T00:00:00.000Z');
    expect(variablesOf({ first: Date.UTC(2001, 0, 1), last: null }, NOW).weeks).toBe(260);
    expect(variablesOf({ first: Date.UTC(2027, 0, 1), last: null }, NOW).weeks).toBe(1);
  });
});

const agent = (name: string, resolved: number, more: Partial<Agent> = {}): Agent => ({
  agent: name,
  resolved,
  averageMinutes: 61.26,
  breached: 0,
  slaMetPercent: 100,
  ...more,
});

describe('the tables', () => {
  it('sort agents, equal ones as the API has them', () => {
    const agents = [agent('b', 5), agent('a', 3, { breached: 2 }), agent('c', 3)];
    const names = (address: string) => sortAgents(agents, viewOf(address)).map((each) => each.agent);
    expect(names('')).toEqual(['b', 'a', 'c']);
    expect(names('dir=ASC')).toEqual(['a', 'c', 'b']);
    expect(names('sort=agent&dir=ASC')).toEqual(['a', 'b', 'c']);
    expect(names('sort=breached')).toEqual(['a', 'b', 'c']);
  });

  it('never round a share up to all', () => {
    expect(percentWords(99.999)).toBe('99.9 %');
    expect(percentWords(100)).toBe('100 %');
    expect(percentWords(0.3 * 100)).toBe('30 %');
  });

  it('begin with the first week in which something happened, and end with the range', () => {
    const week = (name: string, opened: number): Week => ({
      week: name,
      opened,
      resolved: 0,
      closed: 0,
      escalated: 0,
      breached: 0,
      backlog: 0,
    });
    const weeks = [week('2026-W45', 0), week('2026-W46', 2), week('2026-W47', 0), week('2026-W48', 0)];
    const names = (first: number | null, last: number | null) =>
      weeksOf(weeks, { first, last }).map((each) => each.week);
    expect(names(null, null)).toEqual(['2026-W46', '2026-W47', '2026-W48']);
    expect(names(weekOf('2026-W45'), weekOf('2026-W47'))).toEqual(['2026-W45', '2026-W46', '2026-W47']);
  });

  it('are files of RFC 4180 with plain numbers, and no cell is a formula', () => {
    const table = agentsTable([agent('=HYPERLINK("x"),1', 1200), agent('two\r\nlines', 1, { slaMetPercent: 66.66 })]);
    expect(csvOf(table)).toBe(
      'Agent,Resolved,Mean time (minutes),Broken promises,Kept (%)\r\n' +
        `"'=HYPERLINK(""x""),1",1200,61.3,0,100\r\n` +
        '"two\r\nlines",1,61.3,0,66.6\r\n',
    );
  });
});

describe('the charts', () => {
  const months = Array.from({ length: 72 }, (_, index) => {
    const month = dayName(monthStart(NOW, index - 71)).slice(0, 7);
    return [
      { month, tier: 'VIP' as const, escalated: 1, total: 2 },
      { month, tier: 'NORMAL' as const, escalated: 3, total: 30 },
      { month, tier: null, escalated: 4, total: 32 },
    ];
  }).flat();

  it('have ticks that people count in', () => {
    expect(niceTicks(1, 4)).toEqual([0, 1]);
    expect(niceTicks(37, 4)).toEqual([0, 10, 20, 30, 40]);
    expect(niceTicks(12_345, 4)).toEqual([0, 5_000, 10_000, 15_000]);
    expect(timeTicks(200, 4)).toEqual([0, 60, 120, 180, 240]);
    expect(timeTicks(3_000, 4)).toEqual([0, 1440, 2880, 4320]);
  });

  it('draw by year what would be too many months, without losing one', () => {
    const rows = escalationsByMonth(months);
    expect(rows).toHaveLength(72);
    const years = yearsOf(rows);
    expect(years.map(({ name }) => name)).toEqual(['2020', '2021', '2022', '2023', '2024', '2025', '2026']);
    expect(years.reduce((sum, { all }) => sum + all, 0)).toBe(72 * 4);
    expect(monthsScene(rows, 800).slots).toHaveLength(7);
    expect(monthsScene(rows.slice(-12), 800).slots.at(-1)?.lines.at(-1)).toBe('All: 4 of 32 (12.5 %)');
  });

  it('hold no number that cannot be drawn, whatever there is', () => {
    const none = { tickets: 0, averageMinutes: 0, medianMinutes: 0, p90Minutes: 0 };
    const week = { week: '2026-W48', opened: 0, resolved: 0, closed: 0, escalated: 0, breached: 0, backlog: 0 };
    const scenes = [
      resolutionScene([{ tier: null, ...none }], 300),
      resolutionScene([{ tier: 'VIP', tickets: 1, averageMinutes: 1e6, medianMinutes: 0.01, p90Minutes: 1e6 }], 300),
      monthsScene(escalationsByMonth(months.slice(0, 3)), 300),
      weeksScene([week], weekOf('2026-W48'), 300),
      weeksScene([{ ...week, opened: 1e6 }, week], 0, 1200),
    ];
    for (const scene of scenes) {
      const svg = svgOf(scene, 'A & <b>', 'c');
      expect(svg).not.toMatch(/NaN|Infinity|undefined|-\d+(\.\d+)?" height/);
      expect(svg).toContain('A &amp; &lt;b>');
    }
  });
});
