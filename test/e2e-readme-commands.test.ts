import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deskCalls } from './support/desk-calls.ts';
import { goodRow, workbook } from './support/import-pipeline.ts';
import { readmeBlocks } from './support/readme.ts';
import { startTestServer, type TestServer } from './support/server.ts';
import { type Scratch, scratchFolder } from './support/sheets.ts';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl) {
  if (process.env.CI) throw new Error('curl is missing: the commands of README.md cannot be tried.');
  console.warn('SKIPPED: no curl on this machine, so nobody tries the curl commands of README.md.');
}

const ROOT = join(import.meta.dirname, '..');
const running = new Set<ChildProcess>();
let server: TestServer;
let scratch: Scratch;
beforeAll(async () => {
  [server, scratch] = await Promise.all([startTestServer(), scratchFolder()]);
});
afterEach(() => {
  // The shell and whatever it started.
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  running.clear();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await scratch.clean();
});

/** Runs lines of README.md, changed in nothing but the address of the server. */
function shell(lines: readonly string[], cwd: string) {
  const script = lines.join('\n').replaceAll('localhost:3000', new URL(server.base).host);
  const child = spawn('bash', ['-eu', '-o', 'pipefail', '-c', script], { cwd, detached: true });
  let [said, complained] = ['', ''];
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    complained += chunk;
  });
  running.add(child);
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return {
    ended,
    said: () => said,
    complained: () => complained,
    answer: (line: string) => child.stdin.write(`${line}\n`),
    /** Resolves once it has said this; fails when it ends without. */
    async hears(text: string | RegExp): Promise<void> {
      while (!said.match(text)) {
        const over = await Promise.race([ended.then(() => true), once(child.stdout, 'data').then(() => false)]);
        if (over && !said.match(text)) throw new Error(`It ended without ${text}: ${said}${complained}`);
      }
    },
  };
}

describe.skipIf(!hasCurl)(`README.md, word for word${hasCurl ? '' : ' (SKIPPED: no curl)'}`, () => {
  it('the lines with curl sign in, ask by POST and ask by GET', async () => {
    const [curl = ''] = readmeBlocks('With curl and wscat', 'sh');
    const script = shell([curl], ROOT);
    expect([await script.ended, script.complained()]).toEqual([0, '']);
    const answers = script
      .said()
      .trim()
      .replaceAll('}{', '}\n{')
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers).toEqual([
      { data: { tickets: { totalCount: expect.any(Number), nodes: expect.any(Array) } } },
      { data: { me: { name: expect.any(String), role: 'ADMIN' }, eventCursor: expect.any(String) } },
    ]);
  });

  it('the lines with wscat follow what happens to tickets', { retry: 2 }, async () => {
    const [curl = '', wscat = ''] = readmeBlocks('With curl and wscat', 'sh');
    expect(wscat).toContain('npx wscat');
    const script = shell([curl, wscat], ROOT);
    // wscat takes lines once it is connected: on a very busy machine the pause may be too short, hence the retries.
    await script.hears('"connection_ack"');
    const desk = deskCalls(server);
    const id = await desk.ticket(await desk.client('VIP'));
    await script.hears(/"type":"ticket.created","to":.*"reference":"TSP-\d+"/);
    expect(script.said()).toMatch(/\{"id":"1","type":"next","payload":\{"data":\{"ticketEvents"/);
    expect(id).not.toBe('');
  });

  it('the lines of the tour upload a workbook by curl', async () => {
    const blocks = readmeBlocks('A tour in two minutes', 'sh');
    const [helpers = '', signIn = ''] = blocks;
    const upload = blocks.find((block) => block.includes('curl')) ?? '';
    expect(upload).toContain('npm run generate:excel\n');
    await writeFile(scratch.path('tickets_5000.xlsx'), await workbook([goodRow('G1'), goodRow('G2')]));
    // The file is there already, and smaller.
    const script = shell(
      [helpers, signIn, upload.replace('npm run generate:excel\n', ''), 'echo "import: $IMPORT"'],
      scratch.path(''),
    );
    expect([await script.ended, script.complained()]).toEqual([0, '']);
    const id = /^import: ([0-9a-f-]{36})$/m.exec(script.said())?.[1];
    const { importProcess } = await server.admin.ask<{ importProcess: unknown }>(
      'query ($id: ID!) { importProcess(id: $id) { filename uploadedBy { email } } }',
      { id },
    );
    expect(importProcess).toEqual({ filename: 'tickets_5000.xlsx', uploadedBy: { email: 'admin@techsupport.pro' } });
  });
});
