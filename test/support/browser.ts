// Debian's Chromium, driven against a real server. Where there is none the suites are skipped, and say so; in CI that is a failure.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe, expect, inject } from 'vitest';
import { REPOSITORY } from './server-process.ts';

const PLACES = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const found = PLACES.find((path) => path && existsSync(path));
/** Any number that nothing else locks on the server of the tests. */
const BUILDING = 20_261_124;

/** A suite that needs a browser. */
export function describeInBrowser(title: string, tests: () => void): void {
  if (found || process.env.CI) return void describe(title, { timeout: 120_000 }, tests);
  const reason = 'no Chromium is installed (Debian: apt-get install chromium; elsewhere set CHROMIUM_PATH)';
  console.warn(`SKIPPED: "${title}", since ${reason}.`);
  describe.skip(`${title} (skipped: ${reason})`, tests);
}

/** Builds the dashboard when it is stale, as `npm start` does; files that ask at the same time take turns. */
export async function buildDashboard(): Promise<void> {
  const lock = new Client({ connectionString: inject('postgres').adminUrl });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [BUILDING]);
    await promisify(execFile)(process.execPath, [join('dashboard', 'build.mjs')], { cwd: REPOSITORY });
  } finally {
    await lock.end();
  }
}

export async function openBrowser(): Promise<Browser> {
  if (!found) throw new Error('No Chromium is installed: apt-get install chromium, or set CHROMIUM_PATH.');
  // As root, as CI runs, Chromium has no sandbox; its pages are ours alone.
  return chromium.launch({ executablePath: found, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Everything that the browser complained of: refused by the policy, thrown, or logged as an error. */
  readonly complaints: string[];
}

/** A browser of its own: no cookie is shared with others. */
export async function newVisitor(
  browser: Browser,
  base: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const viewport = { width: 1280, height: 800 };
  const context = await browser.newContext({ baseURL: base, viewport, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const { url } = message.location();
    // A refused sign-in and a visit without a session are answers, which browsers log as errors all the same.
    const expected = /Failed to load resource/.test(message.text()) && /\/session/.test(url);
    if (message.type() === 'error' && !expected) complaints.push(`${message.text()} (${url})`);
  });
  return { context, page, complaints };
}

/** Signs in by the page, as people do. */
export async function signInAs(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Areas' }).waitFor();
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What fades in or out has a contrast of the moment; whatever goes on for ever is looked at as it is. */
const SETTLED = `Promise.all(document.getAnimations()
  .filter(({ effect, playState }) => playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime))
  .map(({ finished }) => finished.catch(() => undefined))).then(() => undefined)`;

/** Expects that axe finds nothing against WCAG 2.2 AA on the page as it stands, once what moves for a while has come to rest. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(SETTLED);
  // Evaluated by the driver, which the policy of the page does not bind.
  await page.evaluate(await axeSource);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Finding[] }> } };
    interface Finding {
      id: string;
      nodes: { html: string; failureSummary?: string }[];
    }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } });
    return violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  });
  expect(found, what).toEqual([]);
}

/** A picture for people to look at, in the folder that SCREENSHOTS names; without it none is made. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
