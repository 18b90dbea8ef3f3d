import { describe, expect, it } from 'vitest';
import { auditVariables, auditView, fieldsOf, refusalCode, subjectName } from './audit-view.ts';
import { readNumbers, readReadiness } from './health.ts';
import { byImport, retryOutcome } from './letters.ts';
import { filterPeople, suggestPassword } from './people.ts';

describe('people', () => {
  const people = [
    { name: 'Ada', email: 'ada@example.com', role: 'ADMIN', active: true },
    { name: 'Bob', email: 'bob@desk.example', role: 'AGENT', active: false },
  ] as const;
  const all = { search: '', role: null, active: null };

  it('are found by part of name or address in any case, by role and by whether they can sign in', () => {
    const names = (filter: object) => filterPeople(people, { ...all, ...filter }).map(({ name }) => name);
    expect(names({})).toEqual(['Ada', 'Bob']);
    expect(names({ search: ' DESK ' })).toEqual(['Bob']);
    expect(names({ role: 'ADMIN' })).toEqual(['Ada']);
    expect(names({ active: 'no' })).toEqual(['Bob']);
    expect(names({ active: 'yes', search: 'b' })).toEqual([]);
  });

  it('get a suggested password without letters that look alike, which the API takes', () => {
    const every = Uint8Array.from({ length: 16 }, (_, n) => n * 16 + 15);
    expect(suggestPassword(every)).toMatch(/^([a-km-np-z2-9]{4}-){3}[a-km-np-z2-9]{4}$/);
    expect(suggestPassword(new Uint8Array(16))).toBe('aaaa-aaaa-aaaa-aaaa');
  });
});

describe('dead letters', () => {
  it('stand with others of their import', () => {
    const letters = ['a', 'b', 'a'].map((importId, n) => ({ importId, n }));
    expect(byImport(letters).map((group) => [group.importId, group.letters.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('are in, or refused again', () => {
    const outcome = (succeeded: number) =>
      retryOutcome({ succeededRows: 10, failedRows: 3 }, { succeededRows: succeeded, failedRows: 0 }, 3);
    expect(outcome(10)).toEqual({ taken: 0, refused: 3 });
    expect(outcome(12)).toEqual({ taken: 2, refused: 1 });
    expect(outcome(13)).toEqual({ taken: 3, refused: 0 });
  });
});

describe('health', () => {
  it('has the worst check first; what it does not understand it does not take for well', () => {
    const answer = {
      status: 'degraded',
      checks: {
        postgres: { status: 'up', critical: true, latencyMs: 1.5 },
        queues: { status: 'degraded', critical: false, latencyMs: 2, detail: 'Slow.' },
        other: { status: 'new', critical: false },
      },
    };
    const read = readReadiness(answer);
    expect(read?.overall).toBe('degraded');
    expect(read?.checks.map(({ name, status, detail }) => [name, status, detail])).toEqual([
      ['other', 'down', null],
      ['queues', 'degraded', 'Slow.'],
      ['postgres', 'up', null],
    ]);
    expect(readReadiness({ status: 'stopping', checks: {} })).toEqual({ overall: 'stopping', checks: [] });
    expect(readReadiness({ status: 'better', checks: {} })?.overall).toBe('unknown');
    expect(readReadiness('gateway away')).toBeNull();
  });

  it('has the numbers that are told, and null for others', () => {
    const told = { uptimeSeconds: 5, clocks: { running: 7, overdueUnalerted: 0 }, eventLoopLagMs: { p99Ms: 1.2 } };
    expect(readNumbers(told)).toMatchObject({
      uptimeSeconds: 5,
      running: 7,
      overdueUnalerted: 0,
      lagMs: 1.2,
      rss: null,
    });
    expect(readNumbers({ problem: 'Away.' })).toMatchObject({ problem: 'Away.', running: null });
  });
});

describe('the audit trail', () => {
  it('is filtered by the address, days of the viewer’s zone included to their end', () => {
    const view = auditView(new URLSearchParams('actor=1&action=login&from=2026-03-01&to=2026-03-01&x=2'));
    const { from, to, ...others } = auditVariables(view);
    expect(others).toEqual({ actorId: '1', action: 'login', subjectId: null });
    expect(from).toBe(new Date(2026, 2, 1).toISOString());
    expect(to).toBe(new Date(2026, 2, 2).toISOString());
    expect(auditView(new URLSearchParams('from=yesterday')).from).toBeNull();
  });

  it('shows before and after as fields, whatever the texts hold', () => {
    expect(fieldsOf('{"tier":"NORMAL","old":1}', '{"tier":"VIP","calendar":{"a":1},"gone":null}')).toEqual([
      { field: 'tier', before: 'NORMAL', after: 'VIP' },
      { field: 'calendar', before: null, after: '{\n "a": 1\n}' },
      { field: 'gone', before: null, after: null },
      { field: 'old', before: '1', after: null },
    ]);
    expect(fieldsOf('not json', null)).toEqual([]);
    expect(refusalCode('{"errorCode":"FORBIDDEN"}')).toBe('FORBIDDEN');
    expect(subjectName(null, '{"role":"AGENT","name":"Bob"}')).toBe('Bob');
    expect(subjectName('{"name":"Old"}', '{"active":false}')).toBe('Old');
  });
});
