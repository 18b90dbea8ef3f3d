import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  buildDashboard,
  describeInBrowser,
  expectAccessible,
  newVisitor,
  openBrowser,
  picture,
  signInAs,
} from '../support/browser.ts';
import { insertTickets } from '../support/many-tickets.ts';
import { eventually, PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const CREATE = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id reference } }';

describeInBrowser('the queue, in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let clientId: string;
  let supervisor: Person;
  beforeAll(async () => {
    await buildDashboard();
    [server, browser] = await Promise.all([startTestServer(), openBrowser()]);
    const { createClient } = await server.admin.ask<{ createClient: { id: string } }>(
      'mutation { createClient(input: { name: "Northwind Traders", tier: VIP }) { id } }',
    );
    clientId = createClient.id;
    supervisor = await server.person('SUPERVISOR');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const create = async (title: string, more: object = {}) => {
    const input = { clientId, title, description: 'Since Monday.', ...more };
    return (await server.admin.ask<{ createTicket: { id: string; reference: string } }>(CREATE, { input }))
      .createTicket;
  };
  const rowOf = (page: Page, title: string) => page.getByRole('row').filter({ hasText: title });
  const live = (page: Page) =>
    page.getByRole('status', { name: 'Live updates' }).filter({ hasText: 'Live' }).first().waitFor();

  it('is worked by keyboard: j, k, x, Enter, / and c', async () => {
    const marked = await create('Printer keys', { tags: ['keys'] });
    await create('Scanner keys', { tags: ['keys'] });
    const agent = await server.person('AGENT');
    const { page, complaints } = await newVisitor(browser, server.base);
    await page.goto('/queue?tag=keys&sort=NUMBER');
    await signInAs(page, agent.email, PASSWORD);
    await rowOf(page, 'Printer keys').waitFor();
    await expectAccessible(page, 'the queue');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await expectAccessible(page, 'the queue with a selection');
    expect(await page.getByRole('button', { name: 'Assign', exact: true }).count(), 'agents give to nobody else').toBe(
      0,
    );
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/tickets/${marked.reference}`);
    await page.goBack();
    await rowOf(page, 'Scanner keys').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('scanner');
    await page.waitForURL(/q=scanner/);
    await rowOf(page, 'Printer keys').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await page.getByRole('dialog', { name: 'New ticket' }).waitFor();
    await expectAccessible(page, 'a new ticket');
    await page.getByRole('combobox', { name: 'Client' }).or(page.getByLabel('Client')).first().fill('North');
    await page.getByRole('option', { name: /Northwind/ }).click();
    await page.getByLabel('Title').fill('Made by hand');
    await page.getByRole('button', { name: 'Create ticket' }).click();
    await page.getByRole('heading', { name: 'Made by hand' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('views stand in the address, survive a reload, and can be saved under a name', async () => {
    await create('Viewed', { tags: ['views'], priority: 1 });
    const { page, complaints } = await newVisitor(browser, server.base);
    await page.goto('/queue?tag=views');
    await signInAs(page, supervisor.email, PASSWORD);
    await page.getByRole('button', { name: 'Priority', exact: true }).first().click();
    await page.getByRole('menuitemcheckbox', { name: '1 urgent' }).click();
    await page.waitForURL(/priority=1/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save this view' }).click();
    await page.getByLabel('Name of the view').fill('Urgent');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Urgent', exact: true }).waitFor();
    await page.reload();
    await rowOf(page, 'Viewed').waitFor();
    expect(await page.getByRole('link', { name: 'Urgent', exact: true }).getAttribute('aria-current')).toBe('page');
    await page.goto('/queue?tag=no-such-tag');
    await page.getByText('No tickets here').waitFor();
    await expectAccessible(page, 'an empty queue');
    expect(complaints).toEqual([]);
  });

  it('changes rows where they stand, tells of new ones, and keeps the place', async () => {
    const first = await create('Live one', { tags: ['live'] });
    await create('Live two', { tags: ['live'] });
    const { page, complaints } = await newVisitor(browser, server.base);
    await page.goto('/queue?tag=live&sort=NUMBER');
    await signInAs(page, supervisor.email, PASSWORD);
    await rowOf(page, 'Live one').waitFor();
    await live(page);
    await page.keyboard.press('j');
    await server.admin.ask('mutation ($id: ID!) { changeTicketStatus(id: $id, status: RESOLVED) { id } }', {
      id: first.id,
    });
    await rowOf(page, 'Live one').getByText('no longer in this view').waitFor();
    const titles = () => page.getByRole('row').allInnerTexts();
    expect((await titles())[1]).toContain('Live one');
    await create('Live three', { tags: ['live'] });
    await page.getByRole('button', { name: 'Show 1 new ticket' }).waitFor();
    expect((await titles()).join()).not.toContain('Live three');
    await page.getByRole('button', { name: 'Show 1 new ticket' }).click();
    await rowOf(page, 'Live three').waitFor();
    await rowOf(page, 'Live one').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('assigns and changes many at once, and tells each refusal once', async () => {
    const tickets = await Promise.all(Array.from({ length: 3 }, (_, n) => create(`Bulk ${n}`, { tags: ['bulk'] })));
    await server.admin.ask('mutation ($id: ID!) { changeTicketStatus(id: $id, status: CLOSED) { id } }', {
      id: tickets[0]?.id,
    });
    const { page } = await newVisitor(browser, server.base);
    await page.goto('/queue?tag=bulk&status=ANY');
    await signInAs(page, supervisor.email, PASSWORD);
    await rowOf(page, 'Bulk 2').waitFor();
    await page.getByRole('checkbox', { name: 'Select', exact: true }).click();
    await page.getByText('3 selected').waitFor();
    await page.getByRole('region', { name: 'Selected tickets' }).getByRole('button', { name: 'Change status' }).click();
    await page.getByRole('menuitem', { name: 'In progress' }).click();
    await page.getByText('2 tickets changed').waitFor();
    await page.getByText('1 ticket was not changed').waitFor();
    await page.getByText(/1 × A ticket that is CLOSED cannot become IN_PROGRESS/).waitFor();
    await page.getByText('1 selected').waitFor();
    await expectAccessible(page, 'notices of a bulk change');
  });

  it('after a lost connection it says so, then catches up without a gap', async () => {
    await create('Away before', { tags: ['away'] });
    const { port } = new URL(server.base);
    const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(port) });
    const { page } = await newVisitor(browser, `http://127.0.0.1:${proxy.port}`);
    await page.goto('/queue?tag=away&sort=NUMBER');
    await signInAs(page, supervisor.email, PASSWORD);
    await rowOf(page, 'Away before').waitFor();
    await live(page);
    await proxy.cut();
    await page
      .getByText(/Reconnecting for/)
      .filter({ visible: true })
      .waitFor();
    await picture(page, 'queue-reconnecting');
    for (let n = 1; n <= 3; n++) await create(`Away ${n}`, { tags: ['away'] });
    await proxy.restore();
    await page.getByRole('button', { name: 'Show 3 new tickets' }).waitFor();
    await page.getByText('Caught up 3 changes').filter({ visible: true }).waitFor();
    await proxy.close();
  });

  const many = process.env.SOAK ? 100_000 : 20_000;
  it(`scrolls through ${many.toLocaleString('en')} tickets without holding the page up`, async () => {
    const { admin } = server;
    const world = {
      client: async (tier: string) =>
        (
          await admin.ask<{ createClient: { id: string } }>(
            'mutation ($tier: ClientTier!) { createClient(input: { name: "Many", tier: $tier }) { id } }',
            { tier },
          )
        ).createClient,
      db: { pool: { query: async (text: string, values: unknown[]) => ({ rows: await server.sql(text, values) }) } },
      admin,
    } as unknown as Parameters<typeof insertTickets>[0];
    await insertTickets(world, {
      count: many,
      from: new Date('2026-01-01T00:00:00Z'),
      gapMs: 1_000,
      tiers: ['VIP', 'NORMAL'],
    });
    const { page, complaints } = await newVisitor(browser, server.base);
    await page.goto('/queue?status=ANY&sort=NUMBER');
    await signInAs(page, supervisor.email, PASSWORD);
    await page.getByRole('grid', { name: 'Tickets' }).waitFor();
    await page.evaluate(`
      globalThis.longest = 0;
      new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longest = Math.max(longest, duration); })
        .observe({ type: 'longtask' });`);
    const grid = page.getByRole('grid', { name: 'Tickets' });
    for (const part of [0.1, 0.35, 0.6, 0.85, 1]) {
      await grid.evaluate(`(table, part) => { table.scrollTop = table.scrollHeight * ${part}; }`);
      await eventually(
        () => page.getByRole('row').last().innerText(),
        (text) => text.includes('TSP-'),
      );
    }
    expect(await grid.getByRole('row').count(), 'only what is in sight is drawn').toBeLessThan(70);
    console.info(`longest task while scrolling through ${many} tickets: ${await page.evaluate('longest')} ms`);
    await picture(page, 'queue-many');
    if (process.env.SOAK) console.info(await scrolledSlowly(page));
    expect(complaints).toEqual([]);
  });

  it('fits a phone and the dark', async () => {
    await create('Small', { tags: ['phone'] });
    const { page } = await newVisitor(browser, server.base, {
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
    });
    await page.goto('/queue?tag=phone');
    await page.getByLabel('Email address').fill(supervisor.email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await rowOf(page, 'Small').waitFor();
    await expectAccessible(page, 'the queue on a phone');
    expect(await page.evaluate('document.documentElement.scrollWidth'), 'nothing is cut off').toBeLessThanOrEqual(360);
    await picture(page, 'queue-phone-dark');
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Queue' }).waitFor();
    await expectAccessible(page, 'the navigation on a phone');
  });
});

/** What a person meets who drags the list from its top to its end in about 10 s: how late frames come, and what the page then holds. */
async function scrolledSlowly(page: Page): Promise<string> {
  const frames = await page.evaluate<number[]>(`(async () => {
    const table = document.querySelector('[role="grid"]');
    const frame = () => new Promise(requestAnimationFrame);
    const took = [];
    table.scrollTop = 0;
    let before = await frame();
    for (let n = 1; n <= 600; n++) {
      table.scrollTop = (table.scrollHeight - table.clientHeight) * (n / 600);
      const now = await frame();
      took.push(now - before);
      before = now;
    }
    return took.sort((a, b) => a - b);
  })()`);
  const at = (part: number) => `${(frames[Math.ceil(part * frames.length) - 1] ?? 0).toFixed(1)} ms`;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const of = (name: string) => metrics.find((each) => each.name === name)?.value ?? 0;
  const longest = await page.evaluate('longest');
  return `frames: ${at(0.5)} in the middle, ${at(0.95)} at 95%, ${at(0.99)} at 99%, ${at(1)} at most; longest task ${longest} ms; then ${(of('JSHeapUsedSize') / 2 ** 20).toFixed(1)} MiB of objects, ${of('Nodes')} nodes`;
}
