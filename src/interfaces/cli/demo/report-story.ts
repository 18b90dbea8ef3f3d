import { BAR_GLYPHS, barChart } from './bar-chart.ts';
import { count, minutes } from './numbers.ts';
import type { Scene } from './story.ts';
import { type Column, table } from './table.ts';
import { heading } from './terminal.ts';

interface EscalatedMonth {
  readonly month: string;
  readonly tier: string | null;
  readonly escalated: number;
  readonly total: number;
}

interface Reports {
  readonly averageResolution: readonly {
    readonly tier: string | null;
    readonly tickets: number;
    readonly averageMinutes: number;
    readonly medianMinutes: number;
    readonly p90Minutes: number;
  }[];
  readonly escalatedPerMonth: readonly EscalatedMonth[];
  readonly topAgents: readonly {
    readonly agent: string;
    readonly resolved: number;
    readonly averageMinutes: number;
    readonly slaMetPercent: number;
  }[];
  readonly weeklyStatus: readonly {
    readonly week: string;
    readonly opened: number;
    readonly resolved: number;
    readonly closed: number;
    readonly escalated: number;
    readonly breached: number;
    readonly backlog: number;
  }[];
  readonly lastProcesses: readonly {
    readonly filename: string;
    readonly status: string;
    readonly succeededRows: number;
    readonly failedRows: number;
    readonly createdAt: string;
  }[];
}

const REPORTS = `query Reports($from: DateTime!) {
  reports {
    averageResolution { tier tickets averageMinutes medianMinutes p90Minutes }
    escalatedPerMonth(from: $from) { month tier escalated total }
    topAgents(limit: 5) { agent resolved averageMinutes slaMetPercent }
    weeklyStatus(weeks: 6) { week opened resolved closed escalated breached backlog }
    lastProcesses(limit: 3) { filename status succeededRows failedRows createdAt }
  }
}`;

/** The five reports: four tables and a chart. */
export async function showReports({ api, terminal }: Scene): Promise<void> {
  heading(terminal, '3  The five reports');
  let before: readonly string[] = [];
  const { reports } = await api.run<{ reports: Reports }>(REPORTS, { from: monthsAgo(new Date(), 11).toISOString() });
  const show = (title: string, lines: readonly string[]): void => {
    terminal.lines(...before, terminal.paint('cyan', title), ...lines);
    before = [''];
  };
  const width = terminal.width - 2;

  show(
    'Time to resolution',
    table(
      [{ title: 'tier' }, right('tickets'), right('average'), right('median'), right('9 of 10 within')],
      reports.averageResolution.map((row) => [
        row.tier ?? 'all',
        count(row.tickets),
        minutes(row.averageMinutes),
        minutes(row.medianMinutes),
        minutes(row.p90Minutes),
      ]),
      width,
    ),
  );
  const [vip, normal] = BAR_GLYPHS;
  show(
    `Escalated per month (${vip} VIP  ${normal} normal)`,
    barChart(escalationBars(reports.escalatedPerMonth), width),
  );
  show(
    'Top agents',
    table(
      [{ title: 'agent', flexible: true }, right('resolved'), right('average'), right('SLA met')],
      reports.topAgents.map(({ agent, resolved, averageMinutes, slaMetPercent }) => [
        agent,
        count(resolved),
        minutes(averageMinutes),
        `${slaMetPercent.toFixed(1)} %`,
      ]),
      width,
    ),
  );
  show(
    'Week by week',
    table(
      [{ title: 'week' }, ...['opened', 'resolved', 'closed', 'escalated', 'breached', 'backlog'].map(right)],
      reports.weeklyStatus.map(({ week, opened, resolved, closed, escalated, breached, backlog }) => [
        week,
        ...[opened, resolved, closed, escalated, breached, backlog].map(count),
      ]),
      width,
    ),
  );
  show(
    'Last imports',
    table(
      [{ title: 'file', flexible: true }, { title: 'began (UTC)' }, { title: 'status' }, right('in'), right('dead')],
      reports.lastProcesses.map(({ filename, createdAt, status, succeededRows, failedRows }) => [
        filename,
        createdAt.slice(0, 16).replace('T', ' '),
        status.toLowerCase().replaceAll('_', ' '),
        count(succeededRows),
        count(failedRows),
      ]),
      width,
    ),
  );
}

function right(title: string): Column {
  return { title, align: 'right' };
}

/** A bar for each month: escalated VIP tickets, then normal ones. */
function escalationBars(months: readonly EscalatedMonth[]): { label: string; parts: number[]; note: string }[] {
  const of = (month: string, tier: string | null): EscalatedMonth | undefined =>
    months.find((row) => row.month === month && row.tier === tier);
  return [...new Set(months.map(({ month }) => month))].map((month) => {
    const vip = of(month, 'VIP')?.escalated ?? 0;
    const normal = of(month, 'NORMAL')?.escalated ?? 0;
    return { label: month, parts: [vip, normal], note: `${vip + normal} of ${count(of(month, null)?.total ?? 0)}` };
  });
}

/** The first instant of the month that lies `months` before the month of `now`, in UTC like the reports' months. */
function monthsAgo(now: Date, months: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1));
}
