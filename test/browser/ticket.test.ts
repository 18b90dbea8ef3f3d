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
import { eventually, PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';

const CREATE = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id reference version } }';

describeInBrowser('the page of a ticket, in a browser', () => {
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

  const create = async (title: string) => {
    const input = { clientId, title, description: 'Since Monday.\nEvery morning.', tags: ['vpn'] };
    return (await server.admin.ask<{ createTicket: { id: string; reference: string } }>(CREATE, { input }))
      .createTicket;
  };
  const live = (page: Page) => page.getByRole('status', { name: 'Live updates' }).filter({ hasText: 'Live' }).waitFor();
  const openAs = async (person: Person, reference: string, options = {}) => {
    const visitor = await newVisitor(browser, server.base, options);
    await visitor.page.goto(`/tickets/${reference}`);
    await signInAs(visitor.page, person.email, PASSWORD);
    await visitor.page.getByRole('heading', { level: 1 }).waitFor();
    await live(visitor.page);
    return visitor;
  };

  it('an agent takes it, comments, pauses and resolves it; another browser sees each step live', async () => {
    const { reference } = await create('VPN drops');
    const agent = await server.person('AGENT');
    const { page, complaints } = await openAs(agent, reference);
    const other = await openAs(supervisor, reference);
    await expectAccessible(page, 'a ticket');
    await page.keyboard.press('t');
    await page.getByRole('button', { name: 'Release' }).waitFor();
    await other.page.getByRole('definition').filter({ hasText: 'AGENT' }).first().waitFor();
    await page.keyboard.press('c');
    await page.getByLabel('Comment', { exact: true }).fill('Asked for the logs.');
    await page.getByRole('checkbox', { name: /Internal/ }).check();
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Asked for the logs.' })
      .filter({ hasText: 'internal' })
      .waitFor();
    await other.page.getByText('Asked for the logs.').waitFor();
    await page.getByRole('button', { name: 'Wait for client' }).click();
    await other.page.getByText(/^paused,/).waitFor();
    await page.getByRole('button', { name: 'Resolve' }).click();
    await other.page.getByText('kept', { exact: true }).waitFor();
    await page.getByText('Every stretch').click();
    expect(await page.getByRole('table').getByRole('row').count()).toBeGreaterThanOrEqual(3);
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText('changed the status from Pending to Resolved').waitFor();
    await expectAccessible(page, 'the history of a ticket');
    await page.reload();
    await page.getByText('changed the status from Pending to Resolved').waitFor();
    expect(await page.getByRole('button', { name: 'Delete ticket' }).count(), 'agents delete nothing').toBe(0);
    expect(complaints).toEqual([]);
    expect(other.complaints).toEqual([]);
  });

  it('two people edit it: whoever saves later sees both sides, and chooses', async () => {
    const { id, reference } = await create('Wrong title');
    const first = await openAs(supervisor, reference);
    const second = await openAs(await server.person('AGENT'), reference);
    await second.page.keyboard.press('e');
    await second.page.getByRole('dialog').getByLabel('Title').fill('Title of the agent');
    await first.page.getByRole('button', { name: 'Edit' }).click();
    await first.page.getByRole('dialog').getByLabel('Title').fill('Title of the supervisor');
    await first.page.getByRole('button', { name: 'Save' }).click();
    await first.page.getByRole('heading', { name: 'Title of the supervisor' }).waitFor();
    await second.page
      .getByRole('heading', { name: 'Title of the supervisor', includeHidden: true })
      .waitFor({ state: 'attached' });
    await second.page.getByRole('button', { name: 'Save' }).click();
    const dialog = second.page.getByRole('dialog', { name: 'Somebody else changed this ticket' });
    await dialog.getByText('Title of the agent').waitFor();
    await dialog.getByText('Title of the supervisor').waitFor();
    await expectAccessible(second.page, 'a conflict');
    await picture(second.page, 'ticket-conflict');
    await dialog.getByRole('button', { name: 'Save mine over it' }).click();
    await first.page.getByRole('heading', { name: 'Title of the agent' }).waitFor();
    const { ticket } = await server.admin.ask<{ ticket: { title: string } }>(
      'query ($id: ID!) { ticket(id: $id) { title } }',
      { id },
    );
    expect(ticket.title).toBe('Title of the agent');
  });

  it('a change stands at once, and is taken back with the reason when it does not arrive', async () => {
    const { reference } = await create('Offline');
    const { page, context } = await openAs(supervisor, reference);
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Start work' }).click();
    await page.getByText('Your change was taken back').waitFor();
    await page.getByText('The server cannot be reached').waitFor();
    await page.getByRole('button', { name: 'Start work' }).waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Start work' }).click();
    await page.getByRole('button', { name: 'Reopen' }).waitFor();
  });

  it('a broken promise shows in the open page by itself, and a supervisor takes it on', async () => {
    const { id, reference } = await create('Breaks soon');
    const { page, complaints } = await openAs(supervisor, reference);
    await server.makeDue(id, new Date(Date.now() + 1_500));
    await page.getByText(/^broken/).waitFor();
    await page.getByRole('heading', { name: 'Escalations' }).waitFor();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText(/taken on by/).waitFor();
    await expectAccessible(page, 'a broken promise');
    await picture(page, 'ticket-broken');
    expect(complaints).toEqual([]);
  });

  it('a supervisor deletes and restores it; an agent who looks at it learns so', async () => {
    const { reference } = await create('Deleted for a while');
    const agent = await openAs(await server.person('AGENT'), reference, { colorScheme: 'dark' });
    const { page } = await openAs(supervisor, reference);
    await page.getByRole('button', { name: 'Delete ticket' }).click();
    await page.getByText('This ticket is deleted.').waitFor();
    await agent.page.getByText('This ticket was deleted while you were looking at it.').waitFor();
    await expectAccessible(agent.page, 'a deleted ticket, in the dark');
    await page.getByRole('button', { name: 'Restore ticket' }).click();
    await page.getByRole('button', { name: 'Delete ticket' }).waitFor();
    await agent.page.getByText('This ticket was deleted').waitFor({ state: 'detached' });
    await page.goto('/tickets/TSP-1');
    await page.getByText('There is no such ticket').waitFor();
  });

  it('fits a phone', async () => {
    const { reference } = await create('On a phone');
    const { page } = await newVisitor(browser, server.base, { viewport: { width: 360, height: 740 } });
    await page.goto(`/tickets/${reference}`);
    await page.getByLabel('Email address').fill(supervisor.email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'On a phone' }).waitFor();
    await expectAccessible(page, 'a ticket on a phone');
    const width = await eventually(
      () => page.evaluate<number>('document.documentElement.scrollWidth'),
      (found) => found <= 360,
    );
    expect(width).toBeLessThanOrEqual(360);
    await picture(page, 'ticket-phone');
  });
});
