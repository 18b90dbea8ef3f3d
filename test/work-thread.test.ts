import { expect, it } from 'vitest';
import { WorkThread, type WorkThreadOptions } from '../src/infrastructure/work-thread.ts';
import { eventually } from './support/server.ts';

type Asked = { readonly say: string } | { readonly fail: string } | { readonly log: string } | 'news' | 'exit' | 'hang';

async function withThread(
  work: (thread: WorkThread<Asked, string>) => Promise<void>,
  changes: Partial<WorkThreadOptions> = {},
) {
  const thread = new WorkThread<Asked, string>({
    script: new URL('./support/echo-thread.mjs', import.meta.url),
    data: 'hello',
    name: 'echo',
    atOnce: () => 2,
    heapMb: 64,
    idleMs: 60_000,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    onNews: () => undefined,
    ...changes,
  });
  try {
    await work(thread);
  } finally {
    await thread.close();
  }
}

/** An answer names the thread that gave it. */
const threadOf = (answer: string) => answer.split(' ')[0];

it('a thread answers many at a time, each its own, and is one and the same for all', () =>
  withThread(async (thread) => {
    const said = await Promise.all(['a', 'b', 'c', 'd'].map((say) => thread.ask({ say })));
    expect(said.map((answer) => answer.split(' ').slice(1).join(' '))).toEqual([
      'hello a',
      'hello b',
      'hello c',
      'hello d',
    ]);
    expect(new Set(said.map(threadOf)).size).toBe(1);
  }));

it('a thread that was woken ahead of its work is the one that does it, and a closed one is not woken', () =>
  withThread(async (thread) => {
    thread.wake();
    thread.wake();
    const [first, second] = await Promise.all([thread.ask({ say: 'a' }), thread.ask({ say: 'b' })]);
    thread.wake();
    const third = await thread.ask({ say: 'c' });
    expect(new Set([first, second, third].map(threadOf)).size).toBe(1);
    await thread.close();
    thread.wake();
    await expect(thread.ask({ say: 'd' })).rejects.toThrow('is closed');
  }));

it('what the work fails with comes over with its message, code and causes, without what drivers hang on it', () =>
  withThread(async (thread) => {
    const failure: unknown = await thread.ask({ fail: 'no room' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'RangeError',
      message: 'no room',
      code: '53100',
      cause: { message: 'disk full' },
    });
    expect(failure).not.toHaveProperty('rows');
    expect(threadOf(await thread.ask({ say: 'on' }))).toBeDefined();
  }));

it('a thread that ends early fails what it was asked, and nothing of what waits: the next thread does that', () =>
  withThread(async (thread) => {
    const first = threadOf(await thread.ask({ say: 'first' }));
    const lost = thread.ask('hang').catch((error: Error) => error.message);
    const exits = thread.ask('exit').catch((error: Error) => error.message);
    const waits = thread.ask({ say: 'later' });
    expect([await lost, await exits]).toEqual(Array(2).fill('The thread echo ended early (exit code 7).'));
    expect(threadOf(await waits)).not.toBe(first);
  }));

it('a request that cannot go to another thread fails alone', () =>
  withThread(async (thread) => {
    const odd = { say: (() => 'a') as unknown as string };
    for (let i = 0; i < 3; i += 1) await expect(thread.ask(odd)).rejects.toThrow('could not be cloned');
    expect(await thread.ask({ say: 'b' })).toMatch(/ b$/);
  }));

it('lines for the log and news of events reach the process before the answer', async () => {
  const heard: unknown[] = [];
  const logger = {
    info: () => undefined,
    warn: (fields: Record<string, unknown>, message: string) => void heard.push([message, fields]),
    error: () => undefined,
  };
  await withThread(
    async (thread) => {
      await thread.ask({ log: 'a line' });
      await thread.ask('news');
      expect(heard).toEqual([['a line', { err: expect.objectContaining({ message: 'lost' }) }], 'news']);
    },
    { logger, onNews: () => void heard.push('news') },
  );
});

it('a thread with nothing to do is let go, and what is asked then has a new one', () =>
  withThread(
    async (thread) => {
      const first = threadOf(await thread.ask({ say: 'a' }));
      await eventually(
        async () => threadOf(await thread.ask({ say: 'b' })),
        (other) => other !== first,
      );
    },
    { idleMs: 1 },
  ));

it('closing ends a thread that hangs, and fails what it was asked', async () => {
  let hung: Promise<unknown> = Promise.resolve();
  await withThread(async (thread) => {
    await thread.ask({ say: 'a' });
    hung = thread.ask('hang').catch((error: Error) => error.message);
  });
  expect(await hung).toBe('The thread echo is being closed.');
});
