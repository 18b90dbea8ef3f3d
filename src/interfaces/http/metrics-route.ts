import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/domain-error.ts';
import { bearerIn } from '../graphql/bearer.ts';

/** Renders what was measured for Prometheus. */
export interface MetricsPage {
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** `GET /metrics`: open when `open`, else on loopback and to whoever sends the token. Never rate limited. */
export function registerMetrics(
  app: FastifyInstance,
  page: MetricsPage,
  access: { readonly token: string | undefined } | 'open',
): void {
  app.get('/metrics', async (request, reply) => {
    if (access !== 'open' && !isLocal(request)) refuseUnlessToken(request, access.token);
    const { contentType, body } = await page.render();
    return reply.header('content-type', contentType).header('cache-control', 'no-store').send(body);
  });
}

/** From this machine, and not passed on by a proxy on this machine that nobody told us to trust. */
function isLocal({ ip, ips, headers }: FastifyRequest): boolean {
  const passedOn = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  if (passedOn && ips === undefined) return false;
  return ip === '::1' || /^(::ffff:)?127\./.test(ip);
}

function refuseUnlessToken({ headers }: FastifyRequest, token: string | undefined): void {
  const sent = bearerIn(headers.authorization);
  if (!sent) throw new DomainError('UNAUTHENTICATED', 'Send the METRICS_TOKEN as a bearer token.', {});
  if (token === undefined || !sameSecret(sent(), token))
    throw new DomainError('FORBIDDEN', 'This is not the METRICS_TOKEN.', {});
}

function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
