import 'reflect-metadata';
import { type GraphQLSchema, graphql, isObjectType, lexicographicSortSchema, printType } from 'graphql';
import { buildSchema, type PubSub } from 'type-graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../src/domain/actor.ts';
import { ReportsResolver } from '../src/interfaces/graphql/report/reports-resolver.ts';
import { naiveAgents, naiveEscalated, naiveResolution, randomLogs } from './support/naive-reports.ts';
import { createReports, type Reports, storeLogs } from './support/reports.ts';

const lead: Actor = { id: '00000000-0000-4000-8000-000000000001', role: 'SUPERVISOR' };
const NOW = new Date('2026-11-25T15:30:00Z');
const logs = randomLogs(31, 400, new Date('2026-08-01T00:00:00Z'), 120);

let reports: Reports;
let schema: GraphQLSchema;
beforeAll(async () => {
  reports = await createReports(NOW);
  await reports.db.transaction((tx) => storeLogs(tx.sql, logs));
  const resolver = new ReportsResolver(reports);
  schema = await buildSchema({
    resolvers: [ReportsResolver],
    container: { get: () => resolver },
    pubSub: { publish: () => undefined, subscribe: () => ({}) } as unknown as PubSub,
    validate: false,
  });
});
afterAll(async () => {
  await reports?.[Symbol.asyncDispose]();
});

async function run(actor: Actor | null, source: string) {
  const contextValue = { actor, requestId: 'test', ip: '127.0.0.1', loaders: {} };
  const { data, errors } = await graphql({ schema, source, contextValue });
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors: errors ?? [] };
}

describe('the reports over GraphQL', () => {
  it('answer all at once, each with its defaults', async () => {
    const { data, errors } = await run(
      lead,
      `{ reports {
        asOf
        averageResolution { tier tickets averageMinutes medianMinutes p90Minutes }
        escalatedPerMonth { month tier escalated total }
        topAgents { agent resolved averageMinutes breached slaMetPercent }
        weeklyStatus { week opened resolved closed escalated breached backlog }
      } }`,
    );
    expect(errors).toEqual([]);
    const ever = { from: null, to: null };
    expect(data.reports.asOf).toBe('2026-11-25T15:30:00.000Z');
    expect(data.reports.averageResolution).toMatchObject(naiveResolution(logs, ever).map((row) => row.counted));
    expect(data.reports.escalatedPerMonth).toEqual(naiveEscalated(logs, ever, NOW));
    expect(data.reports.topAgents).toEqual(naiveAgents(logs, ever, 10));
    expect(data.reports.weeklyStatus).toHaveLength(12);
    expect(data.reports.weeklyStatus.at(-1).week).toBe('2026-W48');
  });

  it('take bounds with any offset, and null as no bound', async () => {
    const { data, errors } = await run(
      lead,
      `{ reports {
        a: topAgents(limit: 2, from: "2026-09-01T02:00:00+02:00", to: null) { agent resolved }
        b: topAgents(limit: 2, from: "2026-09-01T00:00:00Z") { agent resolved }
        c: weeklyStatus(weeks: 1) { week }
      } }`,
    );
    expect(errors).toEqual([]);
    expect(data.reports.a).toHaveLength(2);
    expect(data.reports.a).toEqual(data.reports.b);
    expect(data.reports.c).toEqual([{ week: '2026-W48' }]);
  });

  it('refuse agents and whoever is not signed in', async () => {
    const { errors } = await run({ ...lead, role: 'AGENT' }, '{ reports { asOf } }');
    expect(errors[0]?.originalError).toMatchObject({ code: 'FORBIDDEN' });
    const unsigned = await run(null, '{ reports { weeklyStatus { week } } }');
    expect(unsigned.errors[0]?.originalError).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('name the argument that is wrong', async () => {
    const { errors } = await run(lead, '{ reports { topAgents(limit: 101) { agent } } }');
    expect(errors[0]?.originalError).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'limit' }] },
    });
  });

  it('are the contract, each element described', () => {
    const names = ['AverageResolution', 'EscalatedMonth', 'AgentPerformance', 'WeekStatus', 'Reports'];
    const sorted = lexicographicSortSchema(schema);
    const types = names.map((name) => sorted.getType(name)).filter(isObjectType);
    expect(types).toHaveLength(names.length);
    for (const type of types) {
      expect(type.description).toBeTruthy();
      for (const field of Object.values(type.getFields())) {
        expect(field.description).toBeTruthy();
        for (const arg of field.args) expect(arg.description).toBeTruthy();
      }
    }
    const plain = types.map((type) =>
      printType(type)
        .replace(/"""[\s\S]*?"""\s*/g, '')
        .replace(/\s+/g, ' '),
    );
    expect(plain).toEqual([
      'type AverageResolution { averageMinutes: Float! medianMinutes: Float! p90Minutes: Float! tickets: Int! tier: ClientTier }',
      'type EscalatedMonth { escalated: Int! month: String! tier: ClientTier total: Int! }',
      'type AgentPerformance { agent: String! averageMinutes: Float! breached: Int! resolved: Int! slaMetPercent: Float! }',
      'type WeekStatus { backlog: Int! breached: Int! closed: Int! escalated: Int! opened: Int! resolved: Int! week: String! }',
      'type Reports { asOf: DateTime! averageResolution( from: DateTime to: DateTime ): [AverageResolution!]! escalatedPerMonth( from: DateTime to: DateTime ): [EscalatedMonth!]! topAgents( from: DateTime limit: Int! = 10 to: DateTime ): [AgentPerformance!]! weeklyStatus( weeks: Int! = 12 ): [WeekStatus!]! }',
    ]);
  });
});
