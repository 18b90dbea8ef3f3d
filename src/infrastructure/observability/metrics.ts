import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from '../../application/runtime.ts';
import { boundedNames } from './bounded-names.ts';
import { collectedGauge } from './collected-gauge.ts';

/** Where a queue's jobs are. */
export interface QueueDepth {
  readonly queue: string;
  readonly state: string;
  readonly jobs: number;
}

/** How long the job that waits longest in a queue has been waiting. */
export interface QueueAge {
  readonly queue: string;
  readonly seconds: number;
}

const DROP_REASONS = ['too_slow', 'unreachable', 'session_ended', 'error'] as const;
/** Why a live subscription was ended by the server. */
export type DropReason = (typeof DROP_REASONS)[number];

/** What a scrape asks the rest of the system for; whatever is absent is left out of the answer. */
export interface MetricSources {
  /** Deadlines that have passed without an alert: 0 when healthy. */
  overdueUnalerted?(): Promise<number>;
  queues?(): Promise<readonly QueueDepth[]>;
  /** Of every queue; 0 seconds where no job waits. */
  queueAges?(): Promise<readonly QueueAge[]>;
  /** Dead letters that nobody has retried or discarded. */
  deadLetters?(): Promise<number>;
  /** How many different things live subscriptions follow: each is executed once, however many follow it. */
  subscriberGroups?(): number;
  /** Operations at work, and those that wait for one of them to end. */
  admission?(): { readonly running: number; readonly waiting: number };
  databasePool?(): { readonly total: number; readonly idle: number; readonly waiting: number };
}

export interface HttpObservation {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

export interface OperationObservation {
  /** null: anonymous. */
  readonly name: string | null;
  readonly type: string;
  /** "ok" or the code of the first error. */
  readonly outcome: string;
  readonly seconds: number;
}

/** Everything that is measured; names follow the conventions of Prometheus. */
export interface Metrics {
  observeRequest(observation: HttpObservation): void;
  observeOperation(observation: OperationObservation): void;
  /** How many operations were observed so far. */
  operationsObserved(): number;
  /** Seconds between the instant that was due and the alert's commit. */
  observeDetectionLag(seconds: number): void;
  /** The self-audit compared so many clocks with their logs, and so many of them differ. */
  countAudited(clocks: number, mismatches: number): void;
  /** So many events were removed because their tickets were closed long ago. */
  countPruned(events: number): void;
  countImportRows(outcome: 'succeeded' | 'failed' | 'retried', rows: number): void;
  /** One more (1) or one less (-1) live subscription. */
  countSubscribers(change: 1 | -1): void;
  /** So many live subscriptions were ended by the server. */
  countDropped(reason: DropReason, subscriptions: number): void;
  /** A request was refused because too many waited, or because it waited too long. */
  countRefused(why: 'full' | 'late'): void;
  /** Names the sources that scrapes read; may be called again as parts start. */
  collectFrom(sources: MetricSources): void;
  /** The present values in Prometheus' text format. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
  readonly registry: Registry;
}

const HTTP_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LAG_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30, 60, 300];
/** Callers choose operation names: beyond this many they count together. */
const MAX_OPERATION_NAMES = 200;

/** A registry of its own, so that several servers may live in one process. */
export function createMetrics(logger: Logger): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const operationName = boundedNames(MAX_OPERATION_NAMES);
  let sources: MetricSources = {};
  let observed = 0;

  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request, by route.',
    labelNames: ['route', 'method', 'status'],
    buckets: HTTP_SECONDS,
    registers,
  });
  const operations = new Histogram({
    name: 'graphql_operation_duration_seconds',
    help: 'Time to answer a GraphQL operation; outcome is "ok" or the code of the first error.',
    labelNames: ['operation', 'type', 'outcome'],
    buckets: HTTP_SECONDS,
    registers,
  });
  const detectionLag = new Histogram({
    name: 'sla_detection_lag_seconds',
    help: 'Time between the instant that was due and the commit of its alert.',
    buckets: LAG_SECONDS,
    registers,
  });
  const auditedClocks = new Counter({
    name: 'sla_audited_clocks_total',
    help: 'Clocks that the self-audit recomputed from the event log and compared with the stored ones.',
    registers,
  });
  const auditMismatches = new Counter({
    name: 'sla_audit_mismatch_total',
    help: 'Clocks that were not what their log says, each time that the self-audit came upon them; 0 when healthy.',
    registers,
  });
  const pruned = new Counter({
    name: 'event_log_pruned_events_total',
    help: 'Events that were removed because their tickets were closed EVENT_LOG_RETENTION_DAYS ago.',
    registers,
  });
  const refused = new Counter({
    name: 'requests_refused_total',
    help: 'Requests that were refused before anything was done: "full", too many waited; "late", it waited too long.',
    labelNames: ['why'],
    registers,
  });
  for (const why of ['full', 'late']) refused.inc({ why }, 0);
  const importRows = new Counter({
    name: 'import_rows_total',
    help: 'Rows of imports, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  // A rate needs the 0 before the first row.
  for (const outcome of ['succeeded', 'failed', 'retried']) importRows.inc({ outcome }, 0);
  const subscribers = new Gauge({ name: 'subscribers', help: 'Live GraphQL subscriptions.', registers });
  const dropped = new Counter({
    name: 'subscribers_dropped_total',
    help: 'Live subscriptions that the server ended, by reason; a server that stops ends all of them uncounted.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of DROP_REASONS) dropped.inc({ reason }, 0);

  collectedGauge(
    {
      name: 'subscriber_groups',
      help: 'Groups of live subscriptions that are told the same: each event is executed once for each of them.',
      registers,
    },
    logger,
    async () => {
      const groups = sources.subscriberGroups?.();
      return groups === undefined ? [] : [{ labels: {}, value: groups }];
    },
  );
  collectedGauge(
    { name: 'sla_overdue_unalerted', help: 'Deadlines that passed without an alert; 0 when healthy.', registers },
    logger,
    async () => {
      const overdue = await sources.overdueUnalerted?.();
      return overdue === undefined ? [] : [{ labels: {}, value: overdue }];
    },
  );
  collectedGauge(
    { name: 'queue_jobs', help: 'Jobs by queue and state.', labelNames: ['queue', 'state'], registers },
    logger,
    async () => {
      const depths = (await sources.queues?.()) ?? [];
      return depths.map(({ queue, state, jobs }) => ({ labels: { queue, state }, value: jobs }));
    },
  );
  collectedGauge(
    {
      name: 'queue_oldest_job_seconds',
      help: 'How long the job that waits longest has been waiting, by queue; 0 when none waits.',
      labelNames: ['queue'],
      registers,
    },
    logger,
    async () => {
      const ages = (await sources.queueAges?.()) ?? [];
      return ages.map(({ queue, seconds }) => ({ labels: { queue }, value: seconds }));
    },
  );
  collectedGauge(
    { name: 'dead_letters', help: 'Rows of imports that nobody has retried or discarded.', registers },
    logger,
    async () => {
      const letters = await sources.deadLetters?.();
      return letters === undefined ? [] : [{ labels: {}, value: letters }];
    },
  );
  collectedGauge(
    {
      name: 'db_pool_connections',
      help: 'Connections of the database pool, and callers waiting for one.',
      labelNames: ['state'],
      registers,
    },
    logger,
    async () => {
      const pool = sources.databasePool?.();
      return pool ? Object.entries(pool).map(([state, value]) => ({ labels: { state }, value })) : [];
    },
  );

  collectedGauge(
    {
      name: 'requests_admitted',
      help: 'Operations at work, and requests that wait for one of them to end.',
      labelNames: ['state'],
      registers,
    },
    logger,
    async () => {
      const admission = sources.admission?.();
      return admission ? Object.entries(admission).map(([state, value]) => ({ labels: { state }, value })) : [];
    },
  );

  return {
    registry,
    observeRequest: ({ seconds, route, method, status }) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    observeOperation({ name, type, outcome, seconds }) {
      observed += 1;
      operations.observe({ operation: name === null ? 'anonymous' : operationName(name), type, outcome }, seconds);
    },
    operationsObserved: () => observed,
    observeDetectionLag: (seconds) => detectionLag.observe(Math.max(0, seconds)),
    countAudited: (clocks, mismatches) => {
      auditedClocks.inc(clocks);
      auditMismatches.inc(mismatches);
    },
    countPruned: (events) => pruned.inc(events),
    countImportRows: (outcome, rows) => importRows.inc({ outcome }, rows),
    countSubscribers: (change) => (change > 0 ? subscribers.inc() : subscribers.dec()),
    countDropped: (reason, subscriptions) => dropped.inc({ reason }, subscriptions),
    countRefused: (why) => refused.inc({ why }),
    collectFrom: (more) => {
      sources = { ...sources, ...more };
    },
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
