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
  type Visitor,
} from '../support/browser.ts';
import { importCalls } from '../support/import-calls.ts';
import { PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';

const CREATE = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id reference } }';
const SET_POLICY = 'mutation ($input: SlaPolicyInput!) { setSlaPolicy(input: $input) { version } }';
const HOUR = 3_600_000;
/** Two rows that break the rules, between two that do not. */
const ROWS = `externalId,clientName,clientType,status,createdAt,resolvedAt
H-1,Northwind,VIP,CLOSED,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z
H-2,Northwind,GOLD,CLOSED,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z
H-3,,NORMAL,CLOSED,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z
H-4,Southwind,NORMAL,CLOSED,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z
`;

describeInBrowser('the admin area, in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let second: Person;
  let admin: Visitor;
  let ticketId: string;
  beforeAll(async () => {
    await buildDashboard();
    [server, browser] = await Promise.all([startTestServer(), openBrowser()]);
    second = await server.person('ADMIN');
    const { createClient } = await server.admin.ask<{ createClient: { id: string } }>(
      'mutation { createClient(input: { name: "Northwind Traders", tier: NORMAL }) { id } }',
    );
    const input = { clientId: createClient.id, title: 'Old one', description: 'Since yesterday.' };
    ticketId = (await server.admin.ask<{ createTicket: { id: string } }>(CREATE, { input })).createTicket.id;
    admin = await newVisitor(browser, server.base, { timezoneId: 'Europe/Berlin' });
    await admin.page.goto('/admin');
    await signInAs(admin.page, 'admin@techsupport.pro', 'admin123');
    await admin.page.getByRole('heading', { name: 'Users' }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const dialog = (page: Page) => page.getByRole('dialog');
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
  const width = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth');

  /** Moves the start of the VIP ticket's clock back: an edit that leaves it less than an hour breaks it. */
  const startedAnHourAgo = async () => {
    const began = new Date(Date.now() - HOUR);
    await server.sql(
      `UPDATE tickets SET sla_started_at = $2, sla_due_at = $2::timestamptz + interval '2 hours',
         sla_at_risk_at = $2::timestamptz + interval '90 minutes', sla_next_deadline_at = $2::timestamptz + interval '90 minutes',
         sla_intervals = jsonb_set(sla_intervals, '{0,from}', to_jsonb($3::text)) WHERE id = $1`,
      [ticketId, began, began.toISOString()],
    );
  };

  it('an administrator adds a user, who signs in; a new role and a deactivation end their sessions', async () => {
    const { page, complaints } = admin;
    await expectAccessible(page, 'the users');
    await page.keyboard.press('c');
    await dialog(page).getByLabel('Name').fill('Nora Newcomer');
    await dialog(page).getByLabel('Email address').fill('nora');
    await button(page, 'Create user').click();
    await dialog(page).getByText('Must be an email address such as').waitFor();
    await dialog(page).getByText('Must have at least 8 characters.').waitFor();
    await expectAccessible(page, 'a form with mistakes');
    await dialog(page).getByLabel('Email address').fill('nora@example.com');
    await button(page, 'Suggest one').click();
    const password = await dialog(page).getByLabel('Password', { exact: true }).inputValue();
    await picture(page, 'admin-new-user');
    await button(page, 'Create user').click();
    await row(page, 'nora@example.com').waitFor();

    const nora = await newVisitor(browser, server.base);
    await nora.page.goto('/queue');
    await signInAs(nora.page, 'nora@example.com', password);
    await button(page, 'Change role: Nora Newcomer').click();
    await dialog(page).getByRole('radio', { name: 'Supervisor' }).check();
    await expectAccessible(page, 'a change of role');
    await dialog(page).getByRole('button', { name: 'Change role' }).click();
    await row(page, 'nora@example.com').filter({ hasText: 'Supervisor' }).waitFor();
    await nora.page.reload();
    await nora.page.getByRole('heading', { name: 'Sign in' }).waitFor();

    await button(page, 'Deactivate: Nora Newcomer').click();
    await dialog(page).getByText('They hold no open ticket.').waitFor();
    await expectAccessible(page, 'the question before a deactivation');
    await dialog(page).getByRole('button', { name: 'Deactivate' }).click();
    await row(page, 'nora@example.com').filter({ hasText: 'Deactivated' }).waitFor();
    await page.getByLabel('Search by name or email address').fill('nora');
    await row(page, 'admin@techsupport.pro').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?q=nora');
    await picture(page, 'admin-users');
    expect(complaints).toEqual([]);
  });

  // Each from here on opens its page by itself: what went wrong before must not stand in its way.
  it('another tier of a client says first what it does to the open tickets', async () => {
    const { page } = admin;
    await page.goto('/admin/clients');
    await button(page, 'Edit Northwind Traders').click();
    await dialog(page).getByRole('radio', { name: 'VIP' }).check();
    await dialog(page).getByText('The open ticket gets the promise of VIP: 2 h').waitFor();
    await expectAccessible(page, 'a change of tier');
    await picture(page, 'admin-client-tier');
    await button(page, 'Save and change the tier').click();
    await row(page, 'Northwind Traders').filter({ hasText: 'VIP' }).waitFor();
    await expectAccessible(page, 'the clients');
    await picture(page, 'admin-clients');
  });

  it('an edit of a policy tells what it would break, asks, and stands; business hours are edited by fields', async () => {
    const { page, complaints } = admin;
    await startedAnHourAgo();
    const { slaPolicies: before } = await server.admin.ask<{ slaPolicies: { version: number }[] }>(
      '{ slaPolicies { version } }',
    );
    const version = before[0]?.version ?? 0;
    await page.goto('/admin/policies');
    await page.getByRole('link', { name: 'Edit: Policy of VIP clients' }).waitFor();
    await expectAccessible(page, 'the policies');
    await page.getByRole('link', { name: 'Edit: Policy of VIP clients' }).click();
    await page.getByText('Nothing is changed yet.', { exact: false }).waitFor();
    await page.getByLabel('Resolve within, hours').fill('0');
    await page.getByLabel('Resolve within, minutes').fill('30');
    await page.getByText('1 open ticket would move to it.').waitFor();
    await page.getByText('1 promise would be broken at once.').waitFor();
    await page.getByText('breaks at once').waitFor();
    await expectAccessible(page, 'a preview that breaks a promise');
    await picture(page, 'admin-policy-breaks');
    await button(page, 'Save policy').click();
    await dialog(page).getByRole('button', { name: 'Cancel' }).waitFor();
    await expectAccessible(page, 'the question before a promise breaks');
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();

    await page.getByLabel('Resolve within, hours').fill('8');
    await page.getByText('No promise would be broken by it.').waitFor();
    await page.getByRole('radio', { name: 'Business hours' }).check();
    await page.getByLabel('Monday, end of stretch 1').fill('8');
    await page.getByLabel('Monday, end of stretch 1').blur();
    await page.getByText('Must be after the start, 09:00', { exact: false }).first().waitFor();
    await expectAccessible(page, 'hours that the API refuses');
    await page.getByLabel('Monday, end of stretch 1').fill('18');
    await page.keyboard.press('Tab');
    expect(await page.getByLabel('Monday, end of stretch 1').inputValue()).toBe('18:00');
    await button(page, 'Add hours on Saturday').press('Enter');
    await button(page, 'Copy Monday to Friday').click();
    await page.getByRole('img', { name: 'Friday: 09:00–18:00' }).waitFor();
    await page.getByLabel('New holiday').fill('2026-12-25');
    await button(page, 'Add holiday').click();
    await page.getByText('2 hours from now').waitFor();
    await page.getByText('1 open ticket would move to it.').waitFor();
    await expectAccessible(page, 'business hours');
    await picture(page, 'admin-policy-calendar');

    const overtaking = { tier: 'VIP', breachAction: 'ESCALATE', resolutionMinutes: 180 };
    await second.ask(SET_POLICY, { input: overtaking });
    await button(page, 'Save policy').click();
    await dialog(page)
      .getByText(`Version ${version + 1} came into force while you edited.`, { exact: false })
      .waitFor();
    await expectAccessible(page, 'a policy that somebody else changed');
    await picture(page, 'admin-policy-conflict');
    await button(page, 'Save mine over it').click();
    await page.getByText(`Version ${version + 2}, in force since`).waitFor();
    const { slaPolicies } = await server.admin.ask<{ slaPolicies: { resolutionMinutes: number; calendar: object }[] }>(
      '{ slaPolicies { resolutionMinutes calendar { timeZone holidays intervals { weekday start end } } } }',
    );
    expect(slaPolicies[0]).toEqual({
      resolutionMinutes: 510,
      calendar: {
        timeZone: 'Europe/Berlin',
        holidays: ['2026-12-25'],
        intervals: [1, 2, 3, 4, 5, 6].map((weekday) => ({
          weekday,
          start: '09:00',
          end: weekday < 6 ? '18:00' : '17:00',
        })),
      },
    });
    expect(complaints).toEqual([]);
  });

  it('queues have depths; rows that an import refused are tried again, and discarded after a question', async () => {
    const { page, complaints } = admin;
    const { upload, lastState } = importCalls(server.admin);
    const { id } = await upload(Buffer.from(ROWS), 'history.csv');
    await lastState(id);
    await page.goto('/admin/queues');
    await page
      .getByRole('table', { name: 'Job queues' })
      .getByRole('row', { name: /^Promises/ })
      .waitFor();
    await page.getByRole('heading', { name: 'history.csv' }).waitFor();
    await expectAccessible(page, 'queues and dead letters');
    await picture(page, 'admin-queues');
    await button(page, 'Try again: row 3 of history.csv').click();
    await page.getByText('Refused again: the reason still stands').waitFor();
    await page.getByText('Tried 2 times').waitFor();
    await button(page, 'Discard all: history.csv').click();
    await dialog(page).getByText('All 2 dead letters of history.csv').waitFor();
    await dialog(page).getByRole('button', { name: 'Discard' }).click();
    await page.getByText('No dead letters').waitFor();
    expect(complaints).toEqual([]);
  });

  it('the audit trail shows what was done, before and after; health is told in words', async () => {
    const { page, complaints } = admin;
    await page.goto('/admin/audit');
    await row(page, 'Discarded dead letters').first().waitFor();
    await expectAccessible(page, 'the audit trail');
    await row(page, 'Changed a policy').first().getByRole('button').click();
    await page.getByRole('cell', { name: '180', exact: true }).waitFor();
    await page.goto('/admin/audit?action=setUserRole');
    await row(page, 'Changed a role').getByRole('button').click();
    await page.getByRole('cell', { name: 'SUPERVISOR', exact: true }).waitFor();
    await page.getByRole('link', { name: 'User Nora Newcomer' }).waitFor();
    await expectAccessible(page, 'an entry of the trail');
    await picture(page, 'admin-audit');
    await button(page, 'Only what was done to this').click();
    await button(page, 'Clear filters').click();
    await row(page, 'Added a user').first().waitFor();
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByText('Everything works').waitFor();
    await page.getByText('Structure of the database').waitFor();
    await expectAccessible(page, 'the health');
    await picture(page, 'admin-health');
    await admin.context.setOffline(true);
    await button(page, 'Refresh').click();
    await page.getByText('No connection').first().waitFor();
    await admin.context.setOffline(false);
    await button(page, 'Try again').click();
    await page.getByText('Everything works').waitFor();
    // What was asked for while offline failed, and the browser says so.
    expect(complaints.filter((each) => !/ERR_INTERNET_DISCONNECTED/.test(each))).toEqual([]);
  });

  it('a supervisor tries policies out and saves none; an agent has no such area; dark, and on a phone', async () => {
    const lead = await server.person('SUPERVISOR');
    const phone = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;
    const { page, complaints } = await newVisitor(browser, server.base, phone);
    await page.goto('/admin/policies/normal');
    await page.getByLabel('Email address').fill(lead.email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await button(page, 'Sign in').click();
    await page.getByText('Only administrators save policies.', { exact: false }).waitFor();
    await page.getByLabel('Resolve within, hours').fill('12');
    await page.getByText(/No open ticket is under this policy|open tickets? would move to it/).waitFor();
    expect(await button(page, 'Save policy').count()).toBe(0);
    await page.getByRole('radio', { name: 'Business hours' }).check();
    await expectAccessible(page, 'a policy on a phone, in the dark');
    expect(await width(page)).toBeLessThanOrEqual(360);
    await page.getByRole('group', { name: 'Tuesday' }).scrollIntoViewIfNeeded();
    await picture(page, 'admin-policy-phone-dark');
    for (const [tab, shown] of [
      ['queues', 'Job queues'],
      ['users', 'Users'],
      ['clients', 'Clients'],
      ['health', 'Everything works'],
      ['audit', 'Only administrators see this'],
    ] as const) {
      await page.goto(`/admin/${tab}`);
      await page.getByRole('table', { name: shown }).or(page.getByText(shown)).first().waitFor();
      expect([tab, await width(page)]).toEqual([tab, 360]);
      await picture(page, `admin-${tab}-phone-dark`);
    }
    await page.goto('/admin/users');
    await row(page, lead.email).waitFor();
    await expectAccessible(page, 'users on a phone, in the dark');
    expect(await page.getByRole('button', { name: /New user|Change role|Deactivate/ }).count()).toBe(0);
    expect(complaints).toEqual([]);

    const agent = await server.person('AGENT');
    const { page: other } = await newVisitor(browser, server.base);
    await other.goto('/admin/users');
    await signInAs(other, agent.email, PASSWORD);
    await other.getByText('There is nothing here').waitFor();
    expect(await other.getByRole('link', { name: 'Admin' }).count()).toBe(0);
  });
});
