import type { Browser } from 'playwright-core';
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
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

describeInBrowser('signing in, in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    await buildDashboard();
    [server, browser] = await Promise.all([startTestServer(), openBrowser()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  it('a wrong password is told beside the form, and the right one opens the address that was asked for', async () => {
    const agent = await server.person('AGENT');
    const { page, complaints } = await newVisitor(browser, server.base);
    await page.goto('/queue?status=OPEN');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectAccessible(page, 'the sign-in');
    await picture(page, 'sign-in');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Enter your email address.').waitFor();
    await page.getByLabel('Email address').fill(agent.email);
    await page.getByLabel('Password', { exact: true }).fill('not it at all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The email address or the password is wrong.').waitFor();
    await signInAs(page, agent.email, PASSWORD);
    expect(new URL(page.url()).pathname).toBe('/queue');
    expect(new URL(page.url()).search).toBe('?status=OPEN');
    expect(complaints).toEqual([]);
  });

  it('a reload goes on without asking; no script sees a token; signing out ends it in every tab', async () => {
    const agent = await server.person('AGENT');
    const { page, context, complaints } = await newVisitor(browser, server.base);
    await page.goto('/');
    await signInAs(page, agent.email, PASSWORD);
    await page.reload();
    await page.getByRole('navigation', { name: 'Areas' }).waitFor();
    const [cookie] = await context.cookies(`${server.base}/session`);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/session' });
    const seen = await page.evaluate<[string, string]>(
      '[document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })]',
    );
    expect(seen.join()).not.toContain(cookie?.value);
    expect(seen[0]).toBe('');

    const second = await context.newPage();
    await second.goto('/');
    await second.getByRole('navigation', { name: 'Areas' }).waitFor();
    await page
      .getByRole('button', { name: /^Account of/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await second.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('signing out everywhere ends the session on another device', async () => {
    const agent = await server.person('AGENT');
    const here = await newVisitor(browser, server.base);
    const there = await newVisitor(browser, server.base);
    for (const { page } of [here, there]) {
      await page.goto('/');
      await signInAs(page, agent.email, PASSWORD);
    }
    await here.page
      .getByRole('button', { name: /^Account of/ })
      .first()
      .click();
    await here.page.getByRole('menuitem', { name: 'Sign out everywhere' }).click();
    await here.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await there.page.reload();
    await there.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('keys are listed by ?, in light and dark', async () => {
    const { page, complaints } = await newVisitor(browser, server.base, { colorScheme: 'dark' });
    await page.goto('/');
    await signInAs(page, 'admin@techsupport.pro', 'admin123');
    expect(await page.evaluate('document.documentElement.dataset.mantineColorScheme')).toBe('dark');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.getByText('Show these shortcuts').waitFor();
    await expectAccessible(page, 'the keyboard help');
    await picture(page, 'keyboard-help');
    await page.keyboard.press('Escape');
    await page.goto('/nothing/here');
    await page.getByText('There is nothing here').waitFor();
    expect(complaints).toEqual([]);
  });
});
