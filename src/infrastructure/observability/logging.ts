import { createRequire } from 'node:module';
import { type DestinationStream, type Logger, pino, symbols } from 'pino';
import { followed } from '../followed.ts';
import { describeError, redactFields, redactLine } from './redaction.ts';

export interface LoggingOptions {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  /** For people at a terminal; else one JSON object per line. */
  readonly pretty: boolean;
  /** Where lines go; absent: standard output. */
  readonly destination?: DestinationStream;
}

/** Fields that belong on every line which is written while something runs. */
export interface LogScope {
  /** Runs `work`; every line logged meanwhile, also after awaiting, carries `fields`. Scopes nest. */
  run<T>(fields: Readonly<Record<string, unknown>>, work: () => T): T;
  /** The fields of the scope that runs now. */
  current(): Readonly<Record<string, unknown>>;
}

export interface Logging {
  readonly logger: Logger;
  readonly scope: LogScope;
}

const require = createRequire(import.meta.url);

const NO_FIELDS = Object.freeze({});

/** The logger of the process: never prints passwords, tokens or authorisation headers, whatever it is handed. */
export function createLogging(options: LoggingOptions): Logging {
  const bound = followed<Readonly<Record<string, unknown>>>();
  const current = () => bound.current() ?? NO_FIELDS;
  const scope: LogScope = { run: (fields, work) => bound.run({ ...current(), ...fields }, work), current };

  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      serializers: { err: (error: unknown) => (error instanceof Error ? describeError(error) : error) },
      mixin: (_fields, _level, line) => withoutBound(current(), line),
      mixinMergeStrategy: (fields, mixed) => ({ ...mixed, ...fields }),
      hooks: { streamWrite: redactLine },
    },
    options.pretty ? prettyStream(options.destination) : (options.destination ?? pino.destination(1)),
  );
  return { logger, scope };
}

/** Loaded here: a server in production has no use for it. */
function prettyStream(destination: DestinationStream | undefined): DestinationStream {
  const pretty: typeof import('pino-pretty') = require('pino-pretty');
  return pretty({ colorize: true, sync: true, destination: destination ?? 1 });
}

/** A child logger of a request prints the request's id already; a JSON object should name it once. */
function withoutBound(fields: Readonly<Record<string, unknown>>, line: Logger): object {
  const bound = String((line as unknown as Record<symbol, unknown>)[symbols.chindingsSym] ?? '');
  if (fields.requestId === undefined || !bound.includes('"requestId"')) return fields;
  const { requestId: _, ...rest } = fields;
  return rest;
}
