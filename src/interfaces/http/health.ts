import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../application/runtime.ts';
import { DomainError } from '../../domain/domain-error.ts';

/** One thing that this process needs. */
export interface HealthCheck {
  readonly name: string;
  /** Without it nothing works: readiness answers 503. */
  readonly critical: boolean;
  /** Resolves when well; with a sentence (text) when it works, but less well than it should. Throws when it does not work. */
  check(): Promise<unknown>;
}

interface CheckResult {
  readonly status: 'up' | 'degraded' | 'down';
  readonly critical: boolean;
  readonly latencyMs: number;
  readonly detail?: string;
}

export interface HealthDeps {
  readonly checks: readonly HealthCheck[];
  /** Numbers for people: queues, clocks running, overdue and unalerted, event-loop lag. */
  readonly summary: () => Promise<Readonly<Record<string, unknown>>>;
  readonly logger: Logger;
  /** Whether the process ends: it is not ready for more then, however well it is. */
  readonly isStopping?: () => boolean;
}

const CHECK_MS = 2_000;

/** `/health` (alive), `/health/ready` (each dependency by name), `/health/metrics` (numbers for people). Never rate limited. */
export function registerHealth(app: FastifyInstance, deps: HealthDeps): void {
  const ready = shared(() => checkAll(deps));
  const summary = shared(() => within(CHECK_MS, deps.summary()));

  app.get('/health', async () => ({ status: 'alive', uptimeSeconds: Math.floor(process.uptime()) }));

  app.get('/health/ready', async (_request, reply) => {
    if (deps.isStopping?.()) {
      reply.code(503).header('cache-control', 'no-store');
      return { status: 'stopping', checks: {} };
    }
    const checks = await ready();
    const results = Object.values(checks);
    const broken = results.some(({ critical, status }) => critical && status === 'down');
    const degraded = results.some(({ status }) => status !== 'up');
    reply.code(broken ? 503 : 200).header('cache-control', 'no-store');
    return { status: broken ? 'unavailable' : degraded ? 'degraded' : 'ready', checks };
  });

  app.get('/health/metrics', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const own = { uptimeSeconds: Math.floor(process.uptime()), memory: { rss, heapUsed, heapTotal, external } };
    try {
      return { ...own, ...(await summary()) };
    } catch (error) {
      deps.logger.warn({ err: error }, 'the numbers for /health/metrics could not be read');
      return { ...own, problem: 'The rest could not be read just now: see /health/ready.' };
    }
  });
}

async function checkAll({ checks, logger }: HealthDeps): Promise<Record<string, CheckResult>> {
  const results = await Promise.all(checks.map(async (check) => [check.name, await checkOne(check, logger)] as const));
  return Object.fromEntries(results);
}

async function checkOne({ name, critical, check }: HealthCheck, logger: Logger): Promise<CheckResult> {
  const startedAt = performance.now();
  const latency = (): number => Math.round((performance.now() - startedAt) * 10) / 10;
  try {
    const detail = await within(CHECK_MS, check());
    if (typeof detail === 'string') return { status: 'degraded', critical, latencyMs: latency(), detail };
    return { status: 'up', critical, latencyMs: latency() };
  } catch (error) {
    const latencyMs = latency();
    logger.warn({ err: error, dependency: name, latencyMs }, 'a dependency does not answer as it should');
    // A driver's own words may name hosts and users: only sentences that were written for callers are shown.
    const detail = error instanceof DomainError ? error.message : 'It cannot be reached; the log says why.';
    return { status: 'down', critical, latencyMs, detail };
  }
}

/** Callers that ask at once share one answer, so that nobody can load the database through here. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DomainError('TIMEOUT', `No answer within ${milliseconds / 1000} s.`, {})),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
