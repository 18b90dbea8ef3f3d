import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEdge } from './support/edge-server.ts';
import { patience, rounds } from './support/soak.ts';

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge();
});
afterAll(() => server.close());

const ids = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ do: 'init' as const }) },
  { weight: 3, arbitrary: fc.constantFrom({ do: 'ping' as const }, { do: 'pong' as const }) },
  { weight: 8, arbitrary: ids.map((id) => ({ do: 'subscribe' as const, id })) },
  { weight: 6, arbitrary: ids.map((id) => ({ do: 'complete' as const, id })) },
  { weight: 2, arbitrary: ids.map((id) => ({ do: 'refused' as const, id })) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'garbage' as const }, { do: 'binary' as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What the protocol says of a socket, told without a server. */
class Model {
  introduced = false;
  readonly open = new Set<string>();

  /** The code that the step closes the socket with; null: it stays open. */
  after(next: Step): number | null {
    if (next.do === 'garbage' || next.do === 'binary') return 4400;
    if (next.do === 'init') {
      if (this.introduced) return 4429;
      this.introduced = true;
    }
    if (next.do === 'complete') this.open.delete(next.id);
    if (next.do !== 'subscribe' && next.do !== 'refused') return null;
    if (!this.introduced) return 4401;
    if (this.open.has(next.id)) return 4409;
    if (next.do === 'subscribe') this.open.add(next.id);
    return null;
  }
}

it('whatever a client sends in whatever order, the socket does what the protocol says', {
  timeout: patience(30_000),
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const socket = await server.socket(null);
      const model = new Model();
      let code: number | null = null;
      for (const [n, next] of steps.entries()) {
        const wasIntroduced = model.introduced;
        code = model.after(next);
        if (next.do === 'garbage') socket.send('{"type":"nonsense"}');
        else if (next.do === 'binary') socket.raw.send(Buffer.from('{"type":"ping"}'));
        else if (next.do === 'init') socket.send({ type: 'connection_init' });
        else if (next.do === 'subscribe') socket.subscribe(next.id, 'subscription { idle }');
        else if (next.do === 'refused') socket.subscribe(next.id, '{ hello }');
        else if (next.do === 'complete') socket.send({ type: 'complete', id: next.id });
        else socket.send({ type: next.do, payload: { n: n } });
        if (code !== null) break;
        // A client has to wait for these before it may use what they are about.
        if (next.do === 'init' && !wasIntroduced) expect(await socket.next()).toEqual({ type: 'connection_ack' });
        if (next.do === 'ping') expect(await socket.next()).toEqual({ type: 'pong', payload: { n: n } });
        if (next.do === 'refused') expect(await socket.next()).toMatchObject({ type: 'error', id: next.id });
      }
      if (code !== null) expect((await socket.closed).code).toBe(code);
      else {
        await subscribersAre(model.open.size);
        socket.raw.close();
        await socket.closed;
      }
      expect(socket.queue).toEqual([]);
      await subscribersAre(0);
    }),
    { numRuns: rounds(100, 3_000) },
  );
});

async function subscribersAre(count: number): Promise<void> {
  const page = async (): Promise<string> => (await server.metrics.render()).body;
  await expect.poll(page, { interval: 2 }).toMatch(new RegExp(`^subscribers ${count}$`, 'm'));
}
