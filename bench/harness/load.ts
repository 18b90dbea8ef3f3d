import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Stage } from './benchmark.ts';
import { quantile } from './statistics.ts';

export interface LoadJob {
  readonly port: number;
  /** Whole HTTP requests, sent in turn. */
  readonly requests: readonly string[];
  readonly connections: number;
  readonly milliseconds: number;
}

export interface LoadAnswer {
  readonly count: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Sends requests from a process of its own, which is not compiled on the way; ended with the benchmark. */
export function startLoad(stage: Stage): (job: LoadJob) => Promise<LoadAnswer> {
  const child = fork(join(import.meta.dirname, 'load.mjs'), { execArgv: [], serialization: 'advanced' });
  stage.onEnd(async () => child.kill());
  return async (job) => {
    child.send(job);
    const [told] = (await once(child, 'message')) as [
      { answer: { count: number; seconds: number; latencies: number[] } } | { failure: string },
    ];
    if ('failure' in told) throw new Error(told.failure);
    const { count, seconds, latencies } = told.answer;
    return { count, perSecond: count / seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  };
}

/** A POST of a GraphQL operation as it goes over the wire. */
export function graphqlRequest(
  port: number,
  operation: { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> },
  token: string | null = null,
): string {
  const body = JSON.stringify(operation);
  const lines = [
    'POST /graphql HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    'accept: application/json',
    ...(token === null ? [] : [`authorization: Bearer ${token}`]),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
