import { randomUUID } from 'node:crypto';

const SANE = /^[A-Za-z0-9._-]{8,128}$/;

/** The caller's `x-request-id` when it is fit for logs and headers, else a new one. */
export function requestIdFrom(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && SANE.test(header) ? header : randomUUID();
}
