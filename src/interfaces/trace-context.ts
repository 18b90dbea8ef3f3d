/** The fields that a trace adds to every line which is logged on its behalf; none without a trace. */
export interface TraceFields {
  /** Names the trace: 32 hexadecimal digits. */
  readonly traceId?: string;
  /** As the caller sent it; jobs take it along. */
  readonly traceparent?: string;
}

// https://www.w3.org/TR/trace-context/#traceparent-header
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[\x21-\x7e]*)?$/;
/** A later version may append more; nobody gets to fill the log with it. */
const LONGEST = 256;

/** The fields of a W3C `traceparent`; none when it is absent or malformed, as the standard wants it. */
export function traceFields(traceparent: unknown): TraceFields {
  if (typeof traceparent !== 'string' || traceparent.length > LONGEST) return {};
  const [, version, traceId, more] = TRACEPARENT.exec(traceparent) ?? [];
  // Version 00 has exactly four parts.
  if (traceId === undefined || (version === '00' && more !== undefined)) return {};
  return { traceId, traceparent };
}
