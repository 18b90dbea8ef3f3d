import type { FastifyRequest } from 'fastify';
import { originOf } from './request-origin.ts';

const NAME = 'techsupport_session';
/** Sent to the session's own addresses and to nothing else. */
const PATH = '/session';

/** The refresh token that the request carries; undefined: none. */
export function readSessionCookie({ headers }: FastifyRequest): string | undefined {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === NAME && value) return value;
  }
  return undefined;
}

/** A Set-Cookie that keeps the refresh token where no script can read it, and no page of another site can send it. */
export function sessionCookie(request: FastifyRequest, refreshToken: string, days: number): string {
  return written(request, refreshToken, days * 86_400);
}

/** A Set-Cookie that makes the browser forget it. */
export function endedSessionCookie(request: FastifyRequest): string {
  return written(request, '', 0);
}

function written(request: FastifyRequest, value: string, seconds: number): string {
  const parts = [`${NAME}=${value}`, `Path=${PATH}`, `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Strict'];
  // Over plain http a browser would not keep it: a desk on loopback or in a closed network has no certificate.
  if (originOf(request).startsWith('https:')) parts.push('Secure');
  return parts.join('; ');
}
