import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Admission, type Refusal, until } from '../src/interfaces/graphql/admission.ts';
import { failure } from './support/desk.ts';

const refused: Refusal[] = [];
const open = (settings: { running: number; waiting: number; waitMs?: number }) =>
  new Admission({ waitMs: 60_000, ...settings }, (why) => void refused.push(why));

beforeEach(() => void refused.splice(0));
afterEach(() => vi.useRealTimers());

describe('admission', () => {
  it('lets so many in at once, and the next in the order of their arrival as places are left', async () => {
    const admission = open({ running: 2, waiting: 10 });
    const leave = [await admission.enter(), await admission.enter()];
    const entered: number[] = [];
    const waiting = [0, 1, 2].map(async (who) => {
      const leaveAgain = await admission.enter();
      entered.push(who);
      return leaveAgain;
    });
    expect([admission.running, admission.waiting]).toEqual([2, 3]);
    leave[0]?.();
    leave[0]?.();
    const next = await waiting[0];
    expect([admission.running, admission.waiting, entered]).toEqual([2, 2, [0]]);
    leave[1]?.();
    next?.();
    for (const each of waiting) (await each)();
    expect([admission.running, admission.waiting, entered]).toEqual([0, 0, [0, 1, 2]]);
  });

  it('refuses at once when too many wait, and says when to come back', async () => {
    const admission = open({ running: 1, waiting: 1 });
    const leave = await admission.enter();
    const waiting = admission.enter();
    const { code, details } = await failure(admission.enter());
    expect(code).toBe('UNAVAILABLE');
    expect([1, 2, 3, 4]).toContain(details.retryAfterSeconds);
    expect(refused).toEqual(['full']);
    leave();
    (await waiting)();
    await expect(admission.run(async () => 'served')).resolves.toBe('served');
  });

  it('refuses whoever has waited too long, and keeps no place for them', async () => {
    vi.useFakeTimers();
    const admission = open({ running: 1, waiting: 5, waitMs: 3_000 });
    const leave = await admission.enter();
    const late = failure(admission.enter());
    await vi.advanceTimersByTimeAsync(2_999);
    const patient = admission.enter();
    await vi.advanceTimersByTimeAsync(1);
    expect(await late).toMatchObject({ code: 'UNAVAILABLE' });
    expect(refused).toEqual(['late']);
    leave();
    (await patient)();
    expect([admission.running, admission.waiting]).toEqual([0, 0]);
  });

  it('forgets whoever goes away while they wait', async () => {
    const admission = open({ running: 1, waiting: 1 });
    const leave = await admission.enter();
    const gone = new AbortController();
    const waiting = failure(admission.enter(until(gone.signal)));
    gone.abort();
    expect(await waiting).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await failure(admission.enter(until(AbortSignal.abort())))).toMatchObject({ code: 'UNAVAILABLE' });
    expect([admission.running, admission.waiting, refused]).toEqual([1, 0, []]);
    leave();
    expect(admission.running).toBe(0);
  });

  it('leaves the place also when the work fails', async () => {
    const admission = open({ running: 1, waiting: 0 });
    const failing = admission.run(async () => Promise.reject(new Error('on purpose')));
    await expect(failing).rejects.toThrow('on purpose');
    expect(admission.running).toBe(0);
  });
});
