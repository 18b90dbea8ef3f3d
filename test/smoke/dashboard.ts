import assert from 'node:assert/strict';
import type { Api } from './api.ts';
import type { Steps } from './steps.ts';

/** The page that a browser gets, and the scripts and styles that it names. */
export async function checkDashboard(steps: Steps, { origin }: Pick<Api, 'origin'>): Promise<void> {
  await steps.step('a browser gets the dashboard, with its scripts and styles', async () => {
    const page = await fetch(origin, { headers: { accept: 'text/html' } });
    const html = await page.text();
    assert.equal(page.status, 200);
    assert.match(html, /<div id="root">/);
    const named = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    assert(named.some((path) => path.endsWith('.js')) && named.some((path) => path.endsWith('.css')), html);
    for (const path of named) {
      const file = await fetch(origin + path);
      assert.deepEqual([path, file.status, (await file.text()).length > 0], [path, 200, true]);
    }
  });
}
