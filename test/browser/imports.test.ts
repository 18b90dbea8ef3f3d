import { readFile } from 'node:fs/promises';
import ExcelJS from 'exceljs';
import { Client } from 'pg';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import {
  buildDashboard,
  describeInBrowser,
  expectAccessible,
  newVisitor,
  openBrowser,
  picture,
  signInAs,
} from '../support/browser.ts';
import { goodRow, HEADERS, workbook } from '../support/import-pipeline.ts';
import { PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** Any number that nothing else locks. */
const HELD = 20_261_125;

describeInBrowser('imports, in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let supervisor: Person;
  beforeAll(async () => {
    await buildDashboard();
    const env = { IMPORT_CHUNK_ROWS: '50', IMPORT_CONCURRENCY: '1', IMPORT_MAX_BYTES: '2000000' };
    [server, browser] = await Promise.all([startTestServer({ env }), openBrowser()]);
    supervisor = await server.person('SUPERVISOR');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const openAs = async (person: Person, path: string, options = {}) => {
    const visitor = await newVisitor(browser, server.base, options);
    await visitor.page.goto(path);
    await visitor.page.getByLabel('Email address').fill(person.email);
    await visitor.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await visitor.page.getByRole('button', { name: 'Sign in' }).click();
    return visitor;
  };
  const chooser = (page: Page, title: string | RegExp) =>
    page.getByRole('region', { name: 'Files to import' }).filter({ hasText: title }).locator('input[type=file]');
  const drop = async (page: Page, name: string, bytes: Buffer) => {
    await page.getByRole('region', { name: 'Files to import' }).first().waitFor();
    const carried = await page.evaluateHandle(
      ([base64, filename]) => {
        // biome-ignore format: it runs in the page, whose types are not known here.
        const { DataTransfer, File, atob } = globalThis as unknown as { DataTransfer: new () => { items: { add(file: unknown): void } }; File: new (parts: unknown[], name: string) => unknown; atob(text: string): string };
        const transfer = new DataTransfer();
        transfer.items.add(
          new File([Uint8Array.from(atob(base64 ?? ''), (each) => each.charCodeAt(0))], filename ?? ''),
        );
        return transfer;
      },
      [bytes.toString('base64'), name],
    );
    await page.dispatchEvent('h1', 'dragover', { dataTransfer: carried });
    await page.getByText('Let go to choose the files').waitFor();
    await page.dispatchEvent('h1', 'drop', { dataTransfer: carried });
  };
  const outcome = (page: Page, words: string | RegExp) =>
    page.getByRole('region', { name: 'Progress' }).getByText(words).waitFor();
  const logged = async (prefix: string) => {
    const text = "SELECT count(*)::int AS logs FROM ticket_logs WHERE external_id LIKE $1 || '%'";
    return (await server.sql<{ logs: number }>(text, [prefix]))[0]?.logs;
  };
  /** What is downloaded, opened as in Excel. */
  const opened = async (download: Download) => {
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(new Uint8Array(await readFile(await download.path())).buffer);
    const [sheet] = book.worksheets;
    if (!sheet) throw new Error('The workbook has no sheet.');
    return { sheet, bytes: async () => Buffer.from(await book.xlsx.writeBuffer()) };
  };

  it('a file is checked, imported, watched to its end, and what was left out is corrected by the error workbook', async () => {
    const rows = Array.from({ length: 400 }, (_, n) => goodRow(`HIST-${n}`, n % 13 === 5 ? { 2: 'GOLD' } : {}));
    const bad = rows.filter((row) => row[2] === 'GOLD').length;
    const { page, complaints } = await openAs(supervisor, '/imports');
    await page.getByText('Nothing has been imported yet').waitFor();
    await expectAccessible(page, 'no imports');
    await drop(page, 'ten years.xlsx', await workbook(rows));
    await page.getByRole('button', { name: 'Check first' }).waitFor();
    await expectAccessible(page, 'a chosen file');
    await picture(page, 'imports-staged');
    await page.getByRole('button', { name: 'Check first' }).click();
    await outcome(page, `${400 - bad} of 400 rows can be imported, ${bad} cannot. Nothing was stored.`);
    expect(await logged('HIST-')).toBe(0);
    await page.getByText('clientType is "GOLD"; it must be VIP or NORMAL.').first().waitFor();
    await picture(page, 'imports-checked');
    await page.getByRole('button', { name: `Import ${400 - bad} rows` }).click();
    await outcome(page, `${400 - bad} of 400 rows are in, ${bad} are not.`);
    const bar = page.getByRole('progressbar', { name: 'Rows' });
    expect(await bar.getAttribute('aria-valuetext')).toBe(`400 of 400 rows, ${bad} left out`);

    await page.getByText(`1 to 25 of ${bad}`).waitFor();
    await expectAccessible(page, 'an import with rows left out');
    await picture(page, 'imports-errors');
    await page.getByRole('button', { name: 'Next rows' }).click();
    await page.getByText(`26 to ${bad} of ${bad}`).waitFor();
    await page.reload();
    await page.getByText(`26 to ${bad} of ${bad}`).waitFor();
    await page.getByRole('button', { name: 'Previous rows' }).click();
    await page.getByRole('button', { name: /^Try row 7 again/ }).click();
    await page.getByText('0 of 1 row tried again is in now').waitFor();
    await page.getByRole('checkbox', { name: 'Select row 20', exact: true }).check();
    await page.getByText('1 selected').waitFor();
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await expectAccessible(page, 'a question before discarding');
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
    await page.getByText('1 row was discarded').waitFor();
    await page.getByText(`1 to 25 of ${bad - 1}`).waitFor();

    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download error workbook' }).click();
    const errors = await opened(await downloading);
    expect(errors.sheet.rowCount).toBe(bad);
    for (let row = 2; row <= bad; row += 1) {
      const cell = errors.sheet.getCell(row, 3);
      expect(cell.value).toBe('GOLD');
      cell.value = 'VIP';
    }
    await chooser(page, 'Drop the corrected workbook here').setInputFiles({
      name: 'corrected.xlsx',
      mimeType: XLSX,
      buffer: await errors.bytes(),
    });
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'corrected.xlsx' }).waitFor();
    await outcome(page, `All ${bad - 1} rows are in.`);
    expect(await logged('HIST-')).toBe(399);
    await expectAccessible(page, 'a finished import');
    await page.keyboard.press('u');
    await page.getByRole('row').filter({ hasText: 'ten years.xlsx' }).filter({ hasText: 'Check only' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('goes on while one is away: the list, the page and a reload show how far it is; stopped, it goes on where it was', async () => {
    // One row is held back, so that the import stays in its middle for as long as the test looks at it.
    await server.sql(`CREATE FUNCTION hold_back() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(${HELD}); RETURN NEW; END'`);
    await server.sql(`CREATE TRIGGER hold_back BEFORE INSERT ON ticket_logs FOR EACH ROW
      WHEN (NEW.external_id = 'LONG-470') EXECUTE FUNCTION hold_back()`);
    const holder = new Client({ connectionString: server.databaseUrl });
    await holder.connect();
    holder.on('error', () => undefined);
    onTestFinished(() => holder.end());
    await holder.query('SELECT pg_advisory_lock($1)', [HELD]);
    const { page, complaints } = await openAs(supervisor, '/imports');
    const choosing = page.waitForEvent('filechooser');
    await page.getByText('Drop a workbook or CSV file here').waitFor();
    await page.getByRole('table', { name: 'Imports, newest first' }).or(page.getByText('Nothing has been')).waitFor();
    await page.keyboard.press('c');
    const buffer = await workbook(Array.from({ length: 1_000 }, (_, n) => goodRow(`LONG-${n}`)));
    await (await choosing).setFiles({ name: 'long.xlsx', mimeType: XLSX, buffer });
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await outcome(page, 'The rows are being brought in.');
    await page.locator('[aria-valuetext="450 of 1,000 rows, 0 left out"]').waitFor();
    await expectAccessible(page, 'a running import');
    await picture(page, 'imports-running');
    await page.keyboard.press('g');
    await page.keyboard.press('q');
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    await page.getByRole('link', { name: 'Imports' }).click();
    const row = page.getByRole('row').filter({ hasText: 'long.xlsx' });
    await row.getByText(/450 of 1,000 · [\d,.]+ rows\/s/).waitFor();
    await expectAccessible(page, 'the list with a running import');
    await picture(page, 'imports-list');
    await row.getByRole('link').click();
    await page.reload();
    await page.getByRole('button', { name: 'Stop' }).click();
    await outcome(page, 'Stopped after 450 of 1,000 rows. What is in stays in.');
    await holder.query('SELECT pg_advisory_unlock($1)', [HELD]);
    await page.getByRole('button', { name: 'Go on' }).click();
    await outcome(page, 'All 1,000 rows are in.');
    expect(await logged('LONG-')).toBe(1_000);
    expect(complaints).toEqual([]);
  });

  it('a spreadsheet with headers of its own is refused in words, and brought in by saying what its columns are', async () => {
    const foreign = ['Vorgang', 'Kunde', 'Klasse', 'Stand', 'Eröffnet', 'Gelöst', 'Stufe'];
    const rows = Array.from({ length: 30 }, (_, n) => goodRow(`FREMD-${n}`, n === 3 ? { 2: 'GOLD' } : {}));
    const { page, complaints } = await openAs(supervisor, '/imports');
    await drop(page, 'Vorgänge.xlsx', await workbook(rows, foreign));
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page
      .getByText(/^The required columns externalId, clientName, clientType, status and createdAt are/)
      .waitFor();
    await page.getByText('0 of 7 columns are used').waitFor();
    const names = ['externalId', 'clientName', 'clientType', 'status', 'createdAt', 'resolvedAt', 'escalationLevel'];
    for (const [index, header] of foreign.entries()) {
      await page.getByLabel(`What the column ${header} is`).selectOption(names[index] ?? '');
      if (index === 2) await page.getByText('Still to be chosen: Status, Created.').waitFor();
    }
    await expectAccessible(page, 'columns that are chosen');
    await picture(page, 'imports-columns');
    await page.getByRole('button', { name: 'Import again with these columns' }).click();
    await outcome(page, '29 of 30 rows are in, 1 is not.');
    await page.getByRole('columnheader', { name: 'Eröffnet' }).waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download error workbook' }).click();
    const errors = await opened(await downloading);
    errors.sheet.getCell(2, 3).value = 'VIP';
    // Its headers are as foreign as before: the page says what they are.
    await drop(page, 'fehler.xlsx', await errors.bytes());
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await outcome(page, 'The only row is in.');
    expect(await logged('FREMD-')).toBe(30);
    expect(complaints).toEqual([]);
  });

  it('a file that cannot be taken is refused in the words of the API, and one that was brought in before is found', async () => {
    const { page, context, complaints } = await openAs(supervisor, '/imports');
    await drop(page, 'old.xls', Buffer.from('D0CF11E0A1B11AE1'.padEnd(2_000, '0'), 'hex'));
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText(/is either protected with a password or of an old Office format such as .xls/).waitFor();
    await page.getByText('The file was refused as a whole. None of its rows is in.').waitFor();
    await expectAccessible(page, 'a refused file');
    await picture(page, 'imports-refused');
    await page.keyboard.press('u');
    expect(complaints).toEqual([]);

    await drop(page, 'huge.csv', Buffer.alloc(2_100_000, 'x'));
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('The file is larger than 2000000 bytes').waitFor();
    await expectAccessible(page, 'a refused upload');
    await picture(page, 'imports-too-large');
    await page.getByRole('button', { name: 'Close the message about huge.csv' }).click();

    // On a slow line: it is seen to be sent, goes on while another page is shown, and is broken off without a trace.
    const slow = await context.newCDPSession(page);
    const line = { offline: false, latency: 0, downloadThroughput: -1 };
    await slow.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: 150_000 });
    await drop(page, 'slow.csv', Buffer.alloc(1_900_000, 'x'));
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    const sending = page.getByRole('progressbar', { name: 'Upload of slow.csv' });
    await sending.waitFor();
    await page.getByRole('link', { name: 'Queue' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    await page.getByRole('link', { name: 'Imports' }).click();
    await page.getByText(/ of 1.9 MB sent/).waitFor();
    await expectAccessible(page, 'an upload on its way');
    await picture(page, 'imports-sending');
    await page.getByRole('button', { name: 'Stop the upload of slow.csv' }).click();
    await sending.waitFor({ state: 'detached' });
    await slow.send('Network.emulateNetworkConditions', { ...line, offline: true, uploadThroughput: -1 });

    const small = Buffer.from(`${HEADERS.join(',')}\n${goodRow('ONCE-1').join(',')}\n`);
    const upload = 'mutation ($file: Upload!) { importTickets(file: $file) { id } }';
    await server.admin.upload(upload, { name: 'once.csv', bytes: small });
    await server.sql(
      "UPDATE import_processes SET created_at = created_at - interval '1 day' WHERE filename = 'once.csv'",
    );
    await drop(page, 'once again.csv', small);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('The upload was cut off before the server had the whole file.').waitFor();
    await slow.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: -1 });
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('This file was uploaded before, in the same way.').waitFor();
    await page.getByRole('heading', { level: 1, name: 'once.csv' }).waitFor();
    expect(await server.sql("SELECT id FROM import_processes WHERE filename IN ('slow.csv', 'huge.csv')")).toEqual([]);
  });

  it('is for supervisors and administrators, fits a phone and the dark', async () => {
    const agent = await server.person('AGENT');
    const visitor = await newVisitor(browser, server.base);
    await visitor.page.goto('/imports');
    await signInAs(visitor.page, agent.email, PASSWORD);
    await visitor.page.getByText('There is nothing here').waitFor();
    expect(await visitor.page.getByRole('link', { name: 'Imports' }).count()).toBe(0);

    const phone = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' };
    const { page } = await openAs(supervisor, '/imports', phone);
    const fits = async (what: string) => {
      await expectAccessible(page, what);
      expect(await page.evaluate('document.documentElement.scrollWidth'), what).toBeLessThanOrEqual(360);
      expect(await page.evaluate("document.querySelector('main').scrollWidth"), what).toBeLessThanOrEqual(360);
    };
    await drop(
      page,
      'phone.csv',
      Buffer.from(`${HEADERS.join(',')}\n${goodRow('PHONE-1', { 2: 'GOLD' }).join(',')}\n`),
    );
    await picture(page, 'imports-phone-dark');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await outcome(page, 'The only row was left out.');
    await page.getByText('clientType is "GOLD"').waitFor();
    await fits('an import on a phone');
    await picture(page, 'imports-phone-errors');
    await page.getByRole('link', { name: 'Imports' }).click();
    await page.getByRole('row').filter({ hasText: 'phone.csv' }).waitFor();
    await fits('imports on a phone');
    await picture(page, 'imports-phone-list');
  });
});
