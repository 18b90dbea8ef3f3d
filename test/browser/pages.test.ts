import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  buildDashboard,
  describeInBrowser,
  expectAccessible,
  newVisitor,
  openBrowser,
  picture,
} from '../support/browser.ts';
import { historyWorkbook, importCalls } from '../support/import-calls.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const CREATE = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id reference } }';
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const LOOKS: readonly [string, BrowserContextOptions][] = [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['phone', PHONE],
];

describeInBrowser('every page, in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  /** Name of the picture, address, and what is to be seen before it is taken. */
  let pages: readonly (readonly [string, string, (page: Page) => ReturnType<Page['getByText']>])[];

  beforeAll(async () => {
    await buildDashboard();
    [server, browser] = await Promise.all([startTestServer(), openBrowser()]);
    const { ask } = server.admin;
    const client = await ask<{ createClient: { id: string } }>(
      'mutation { createClient(input: { name: "Northwind Traders", tier: VIP }) { id } }',
    );
    const titles = ['VPN drops every ten minutes', 'Nobody can sign in', 'Label printer prints everything twice'];
    const tickets = [];
    for (const title of titles) {
      const input = { clientId: client.createClient.id, title, description: 'Since this morning.', tags: ['network'] };
      tickets.push((await ask<{ createTicket: { id: string; reference: string } }>(CREATE, { input })).createTicket);
    }
    const [first, broken] = tickets;
    await ask('mutation ($id: ID!) { addComment(ticketId: $id, body: "Looking at it.") { id } }', { id: first?.id });
    await server.makeDue(broken?.id ?? '', new Date());
    const calls = importCalls(server.admin);
    const process = await calls.lastState((await calls.upload(await historyWorkbook(300, 3))).id);
    pages = [
      ['queue', '/queue', (page) => page.getByRole('row').filter({ hasText: 'VPN drops' })],
      ['ticket', `/tickets/${first?.reference}`, (page) => page.getByText('Looking at it.')],
      ['escalations', '/escalations', (page) => page.getByRole('button', { name: /^Acknowledge/ })],
      ['imports', '/imports', (page) => page.getByRole('link', { name: 'tickets.xlsx' })],
      ['import', `/imports/${process.id}`, (page) => page.getByText(/of 300 rows are in/)],
      ['reports', '/reports', (page) => page.getByRole('heading', { name: 'Week by week' })],
      ['users', '/admin/users', (page) => page.getByText('admin@techsupport.pro')],
      ['clients', '/admin/clients', (page) => page.getByText('Northwind Traders')],
      ['policies', '/admin/policies', (page) => page.getByRole('heading', { name: /VIP/ })],
      ['policy', '/admin/policies/VIP', (page) => page.getByRole('heading', { name: 'What saving would do' })],
      ['queues', '/admin/queues', (page) => page.getByRole('heading', { name: /letters|left out/i })],
      ['audit', '/admin/audit', (page) => page.getByRole('row').nth(2)],
      ['health', '/admin/health', (page) => page.getByText('Everything works')],
    ];
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** On a phone the areas are behind a button. */
  const signIn = async (page: Page) => {
    await page.getByLabel('Email address').fill('admin@techsupport.pro');
    await page.getByLabel('Password', { exact: true }).fill('admin123');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
  };

  it.each(LOOKS)('is whole, accessible and no wider than the screen: %s', async (look, options) => {
    const { page, complaints } = await newVisitor(browser, server.base, options);
    await page.goto('/');
    await page.getByLabel('Email address').waitFor();
    await expectAccessible(page, `the sign-in, ${look}`);
    await picture(page, `page-sign-in-${look}`);
    await signIn(page);
    for (const [name, address, sign] of pages) {
      await page.goto(address);
      await sign(page).first().waitFor();
      await expectAccessible(page, `${name}, ${look}`);
      const wide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect([name, await page.evaluate(wide)]).toEqual([name, 0]);
      await picture(page, `page-${name}-${look}`);
    }
    expect(complaints).toEqual([]);
  });
});
