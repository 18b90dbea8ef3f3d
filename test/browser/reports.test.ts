import { readFile } from 'node:fs/promises';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReportsPageQuery } from '../../dashboard/src/reports/documents.generated.ts';
import {
  buildDashboard,
  describeInBrowser,
  expectAccessible,
  newVisitor,
  openBrowser,
  picture,
  signInAs,
} from '../support/browser.ts';
import { historyWorkbook, importCalls } from '../support/import-calls.ts';
import { PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';

const REPORTS = `query ($from: DateTime, $to: DateTime) { reports {
  averageResolution(from: $from, to: $to) { tier tickets averageMinutes medianMinutes p90Minutes }
  escalatedPerMonth(from: $from, to: $to) { month tier escalated total }
  topAgents(from: $from, to: $to, limit: 15) { agent resolved averageMinutes breached slaMetPercent }
  weeklyStatus(weeks: 9) { week opened resolved closed escalated breached backlog }
} }`;
type Answer = Omit<ReportsPageQuery['reports'], 'asOf' | 'lastProcesses'>;

/** Notes when a form, and when a row, can first be seen, and every task that held the page up for 50 ms or more. */
const WATCH = `
  globalThis.seen = { form: null, row: null, tasks: [] };
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });
  new MutationObserver(() => {
    if (document.querySelector('form input')) seen.form ??= performance.now();
    if (document.querySelector('[role="row"][aria-rowindex="2"]')) seen.row ??= performance.now();
  }).observe(document, { childList: true, subtree: true });`;
const SEEN = `(async () => {
  const paint = await new Promise((found) => new PerformanceObserver((list) => {
    const [first] = list.getEntriesByName('first-contentful-paint');
    if (first) found(first);
  }).observe({ type: 'paint', buffered: true }));
  const ready = seen.row ?? seen.form;
  const long = seen.tasks.map((ms) => ms.toFixed(0) + ' ms').join(', ') || 'none';
  return 'first contentful paint ' + paint.startTime.toFixed(0) + ' ms, usable ' + ready.toFixed(0) + ' ms, long tasks: ' + long;
})()`;

describeInBrowser('the reports, in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let supervisor: Person;
  beforeAll(async () => {
    await buildDashboard();
    [server, browser] = await Promise.all([startTestServer(), openBrowser()]);
    supervisor = await server.person('SUPERVISOR');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const open = async (address: string, options = {}) => {
    const visitor = await newVisitor(browser, server.base, options);
    await visitor.page.clock.install();
    await visitor.page.goto(address);
    await signInAs(visitor.page, supervisor.email, PASSWORD);
    return visitor;
  };
  /** The numbers of a report as its table has them for those who listen. */
  const numbersOf = (page: Page, title: string) =>
    page
      .getByRole('table', { name: title })
      .locator('tbody tr')
      .evaluateAll((rows) => {
        interface Row {
          readonly cells: Iterable<{ readonly dataset: { readonly value: string } }>;
        }
        return (rows as unknown as Row[]).map(({ cells }) => [...cells].map(({ dataset }) => dataset.value));
      });
  const askReports = async (from: string | null, to: string | null) =>
    (await supervisor.ask<{ reports: Answer }>(REPORTS, { from, to })).reports;
  const minutes = (value: number) => String(Math.round(value * 10) / 10);
  const percent = (value: number) => String(Math.floor(value * 10 + 1e-6) / 10);
  const TIERS: Readonly<Record<string, string>> = { VIP: 'VIP', NORMAL: 'Normal' };

  it('are empty at first, and fill by themselves when an import ends', async () => {
    const { page, complaints } = await open('/reports?range=all');
    await page.getByText('There is nothing to report yet').waitFor();
    await expectAccessible(page, 'reports of nothing');
    await picture(page, 'reports-empty');
    const { upload, lastState } = importCalls(supervisor);
    const { id } = await upload(await historyWorkbook(900, 9), 'history.xlsx');
    await page.clock.fastForward(31_000);
    await page.getByRole('link', { name: 'history.xlsx' }).waitFor();
    expect((await lastState(id)).failedRows).toBe(9);
    await page.getByText('Completed, some rejected').waitFor();
    const [row] = await numbersOf(page, 'Last imports');
    expect(row?.slice(0, 5)).toEqual(['history.xlsx', 'Completed, some rejected', '900', '891', '9']);
    // Whoever read while the rows were coming in reads again once they all are.
    await page.clock.fastForward(31_000);
    await expect
      .poll(async () => (await numbersOf(page, 'Week by week')).reduce((sum, week) => sum + Number(week[2]), 0))
      .toBe(891);
    expect(complaints).toEqual([]);
  });

  it('show the numbers of the API for the range of the address, which days and presets change', async () => {
    const { page, complaints } = await open('/reports');
    await page.getByRole('heading', { name: 'Time to resolution' }).waitFor();
    await expectAccessible(page, 'the reports');
    await picture(page, 'reports');
    const expectNumbers = async (from: string | null, to: string | null) => {
      const { averageResolution, escalatedPerMonth, topAgents } = await askReports(from, to);
      const resolution = averageResolution.map((each) => [
        TIERS[each.tier ?? ''] ?? 'All',
        String(each.tickets),
        minutes(each.medianMinutes),
        minutes(each.p90Minutes),
        minutes(each.averageMinutes),
      ]);
      await expect.poll(() => numbersOf(page, 'Time to resolution')).toEqual(resolution);
      const months = escalatedPerMonth.filter(({ tier }) => tier === null);
      const shown = await numbersOf(page, 'Escalations by month');
      expect(shown.map((row) => [row[0], row[5], row[6]])).toEqual(
        months.map(({ month, escalated, total }) => [month, String(escalated), String(total)]),
      );
      const agents = topAgents.map((each) => [
        each.agent,
        String(each.resolved),
        minutes(each.averageMinutes),
        String(each.breached),
        percent(each.slaMetPercent),
      ]);
      expect(await numbersOf(page, 'Agents')).toEqual(agents);
    };
    const first = await page.getByLabel('First day').inputValue();
    expect(first, 'twelve whole months').toMatch(/-01$/);
    await expectNumbers(`${first}T00:00:00Z`, null);
    await page.getByRole('link', { name: '30 days' }).click();
    await page.waitForURL(/range=30d/);
    await expect.poll(() => page.getByLabel('First day').inputValue()).not.toBe(first);
    await expectNumbers(`${await page.getByLabel('First day').inputValue()}T00:00:00Z`, null);
    const now = new Date();
    const begin = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 4, 1)).toISOString();
    const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
    await page.getByLabel('Last day').fill(new Date(end.getTime() - 86_400_000).toISOString().slice(0, 10));
    await page.getByText('The last day lies before the first.').waitFor();
    await page.getByLabel('First day').fill(begin.slice(0, 10));
    await page.waitForURL(/from=/);
    await page.reload();
    await page.getByRole('heading', { name: 'Agents' }).waitFor();
    await expectNumbers(begin, end.toISOString());
    expect(await numbersOf(page, 'Escalations by month')).toHaveLength(3);
    await page.goto('/reports?range=30d');
    await page.getByRole('heading', { name: 'Week by week' }).waitFor();
    const { weeklyStatus } = await askReports(null, null);
    const shown = await numbersOf(page, 'Week by week');
    expect(shown.map(([week, , ...numbers]) => [week, ...numbers.map(Number)])).toEqual(
      weeklyStatus
        .slice(-shown.length)
        .map((each) => [
          each.week,
          each.opened,
          each.resolved + each.closed,
          each.closed,
          each.escalated,
          each.breached,
          each.backlog,
        ]),
    );
    expect(shown.length).toBeGreaterThanOrEqual(5);
    expect(complaints).toEqual([]);
  });

  it('are sorted, shown as tables, and taken along as CSV and PNG', async () => {
    const { page, complaints } = await open('/reports?range=all');
    await page.setViewportSize({ width: 1920, height: 1300 });
    const agents = page.getByRole('region', { name: 'Agents', exact: true });
    await agents.getByRole('button', { name: 'Mean time' }).click();
    await page.waitForURL(/sort=time/);
    await agents.getByRole('button', { name: 'Mean time' }).click();
    await page.waitForURL(/sort=time&dir=ASC/);
    await page.reload();
    await agents.getByRole('columnheader', { name: 'Mean time' }).waitFor();
    const rows = await numbersOf(page, 'Agents');
    const times = rows.map((row) => Number(row[2]));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    await page.getByRole('button', { name: 'As table: Time to resolution' }).click();
    await page.waitForURL(/table=resolution/);
    await page.getByRole('table', { name: 'Time to resolution' }).getByText('Normal').waitFor();
    await expectAccessible(page, 'a report as a table');
    await page.mouse.move(1000, 380);
    await picture(page, 'reports-tables');

    const save = async (button: string): Promise<Download> => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button }).click(),
      ]);
      return file;
    };
    for (const title of ['Time to resolution', 'Escalations by month', 'Week by week', 'Agents', 'Last imports']) {
      const csv = await save(`Download as CSV: ${title}`);
      const lines = (await readFile(await csv.path(), 'utf8')).replace('\ufeff', '').split('\r\n');
      expect(lines.slice(1, -1), title).toEqual((await numbersOf(page, title)).map((row) => row.map(quoted).join(',')));
      const png = await save(`Download as PNG: ${title}`);
      expect(png.suggestedFilename()).toMatch(/^techsupport-[a-z]+-to-\d{4}-\d\d-\d\d\.png$/);
      const bytes = await readFile(await png.path());
      expect(bytes.subarray(1, 4).toString()).toBe('PNG');
      expect(bytes.readUInt32BE(16), 'sharp enough to be shown to others').toBeGreaterThan(900);
      expect(bytes.length, 'something is drawn on it').toBeGreaterThan(9_000);
      if (process.env.SCREENSHOTS) await png.saveAs(`${process.env.SCREENSHOTS}/download-${title}.png`);
    }
    expect(complaints).toEqual([]);
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('These figures could not be read anew.').waitFor();
    await expectAccessible(page, 'reports that could not be read anew');
    await page.context().setOffline(false);
    await page.keyboard.press('r');
    await page.getByText('These figures could not be read anew.').waitFor({ state: 'detached' });
  });

  it('are white and without navigation on paper, fit a phone in the dark, and are not for agents', async () => {
    const dark = { colorScheme: 'dark' } as const;
    const { page, complaints } = await open('/reports', dark);
    await page.getByRole('heading', { name: 'Week by week' }).waitFor();
    await expectAccessible(page, 'the reports in the dark');
    await picture(page, 'reports-dark');
    // As wide as a page of A4 between its margins.
    await page.setViewportSize({ width: 718, height: 2000 });
    await page.emulateMedia({ media: 'print' });
    await page.getByRole('navigation', { name: 'Areas' }).waitFor({ state: 'hidden' });
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false);
    expect(await page.getByText('Days, weeks and months are in UTC.').isVisible()).toBe(true);
    const ink = 'getComputedStyle(document.querySelector("h2")).color';
    expect(await page.evaluate(ink)).toBe('rgb(27, 36, 48)');
    await picture(page, 'reports-print');

    const phone = await newVisitor(browser, server.base, { ...dark, viewport: { width: 360, height: 740 } });
    await phone.page.goto('/reports');
    await phone.page.getByLabel('Email address').fill(supervisor.email);
    await phone.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await phone.page.getByRole('button', { name: 'Sign in' }).click();
    await phone.page.getByRole('heading', { name: 'Last imports' }).waitFor();
    await expectAccessible(phone.page, 'the reports on a phone');
    expect(await phone.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await phone.page.getByRole('heading', { name: 'Agents' }).scrollIntoViewIfNeeded();
    await picture(phone.page, 'reports-phone');

    const agent = await server.person('AGENT');
    const other = await newVisitor(browser, server.base);
    await other.page.goto('/reports');
    await signInAs(other.page, agent.email, PASSWORD);
    await other.page.getByText('There is nothing here').waitFor();
    expect(await other.page.getByRole('link', { name: 'Reports' }).count()).toBe(0);
    expect(phone.complaints).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('how soon the sign-in and the queue can be used is measured, and printed', async () => {
    const { createClient } = await server.admin.ask<{ createClient: { id: string } }>(
      'mutation { createClient(input: { name: "Northwind Traders", tier: VIP }) { id } }',
    );
    await server.admin.ask('mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }', {
      input: { clientId: createClient.id, title: 'Is there', description: 'Since Monday.' },
    });
    const { page, context } = await newVisitor(browser, server.base);
    await context.addInitScript(WATCH);
    await page.goto('/queue');
    await page.getByLabel('Email address').waitFor();
    console.info(`the sign-in: ${await page.evaluate<string>(SEEN)}`);
    await signInAs(page, supervisor.email, PASSWORD);
    await page.reload();
    await page.getByRole('row').filter({ hasText: 'Is there' }).waitFor();
    console.info(`the queue, signed in, its files kept: ${await page.evaluate<string>(SEEN)}`);
  });
});

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
