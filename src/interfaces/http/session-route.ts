import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SignedIn } from '../../application/session/issue-tokens.ts';
import type { login } from '../../application/session/login.ts';
import type { logout } from '../../application/session/logout.ts';
import type { refresh } from '../../application/session/refresh.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Admission } from '../graphql/admission.ts';
import type { Caller } from '../graphql/caller.ts';
import { type RunWithin, startDeadline } from '../graphql/deadline.ts';
import { validationFailed } from '../graphql/errors.ts';
import { mayConnect } from './cors.ts';
import { NEVER_KEPT } from './http-errors.ts';
import type { RateLimits } from './rate-limits.ts';
import { originOf } from './request-origin.ts';
import { endedSessionCookie, readSessionCookie, sessionCookie } from './session-cookie.ts';

/** What a browser session calls; the same use cases as the mutations of these names. */
export interface BrowserSessions {
  readonly login: ReturnType<typeof login>;
  readonly refresh: ReturnType<typeof refresh>;
  readonly logout: ReturnType<typeof logout>;
  /** Leaves an entry in the audit trail, as the mutation `action` does. */
  readonly record: <T>(
    action: 'login' | 'refresh' | 'logout',
    args: Readonly<Record<string, unknown>>,
    caller: Caller,
    work: () => Promise<T>,
  ) => Promise<T>;
  /** How long a browser keeps the refresh token: as long as it holds. */
  readonly refreshTokenDays: number;
}

export interface SessionRouteDeps {
  readonly sessions: BrowserSessions;
  readonly rateLimits: RateLimits;
  readonly admission: Admission;
  readonly within: RunWithin;
  readonly operationTimeoutMs: number;
  readonly now: () => Date;
}

/** A page of another site cannot send it without asking first, and is told no. */
const SIGN = 'x-techsupport-session';

/**
 * The session of a browser (ADR 30): POST /session signs in, /session/refresh gives the next access token, /session/end signs out. The
 * refresh token travels in a cookie that scripts cannot read; access tokens are for the memory of the page. What is counted and audited
 * is counted and audited as for the mutations.
 */
export function registerSession(app: FastifyInstance, deps: SessionRouteDeps): void {
  const { sessions, rateLimits, now } = deps;
  const options = { config: { rateLimited: true } };
  const begin = (request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn): FastifyReply => {
    const { refreshToken, accessTokenExpiresAt, accessToken, user } = signedIn;
    reply.header('set-cookie', sessionCookie(request, refreshToken, sessions.refreshTokenDays));
    const { id, email, name, role } = user;
    return reply.send({ accessToken, accessTokenExpiresAt, user: { id, email, name, role }, now: now() });
  };

  app.post('/session', options, async (request, reply) => {
    refuseOtherSites(request, reply);
    const input = credentialsIn(request.body);
    if (request.caller.actor) {
      // Whoever sends a token is charged for the request; the attempt is the address's.
      const { headers, refusal } = await rateLimits.chargeLogins(request.caller, 1);
      reply.headers(headers);
      if (refusal) throw refusal;
    }
    return begin(request, reply, await work(deps, request, 'login', input, () => sessions.login(input)));
  });

  app.post('/session/refresh', options, async (request, reply) => {
    refuseOtherSites(request, reply);
    const token = readSessionCookie(request);
    // Nobody is signed in, which is no mistake of whoever asks.
    if (!token) return reply.code(204).send();
    try {
      const signedIn = await work(deps, request, 'refresh', {}, () => sessions.refresh(token));
      // Each page that is opened begins with one: an office behind one address must not use up what its sign-ins need.
      if (!request.caller.actor) {
        const actor = { id: signedIn.user.id, role: signedIn.user.role };
        reply.headers((await rateLimits.moveRefreshToUser(actor, request.caller.ip)).headers);
      }
      return begin(request, reply, signedIn);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'UNAUTHENTICATED')
        reply.header('set-cookie', endedSessionCookie(request));
      throw error;
    }
  });

  app.post('/session/end', options, async (request, reply) => {
    refuseOtherSites(request, reply);
    const token = readSessionCookie(request);
    if (token) await work(deps, request, 'logout', {}, () => sessions.logout(token));
    return reply.header('set-cookie', endedSessionCookie(request)).code(204).send();
  });
}

/** SameSite=Strict keeps the cookie from other sites; this keeps pages of the same site but another origin out, too. */
function refuseOtherSites(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('cache-control', NEVER_KEPT);
  const site = request.headers['sec-fetch-site'];
  const foreign = !mayConnect([], request.headers.origin, originOf(request));
  if (request.headers[SIGN] !== undefined && !foreign && (site === undefined || site === 'same-origin')) return;
  const message = `Only pages of this server sign in here, and they send ${SIGN}. Other programs use the login mutation.`;
  throw new DomainError('FORBIDDEN', message, {});
}

function credentialsIn(body: unknown): { readonly email: string; readonly password: string } {
  const { email, password } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof email === 'string' && typeof password === 'string') return { email, password };
  const fields = Object.entries({ email, password }).filter(([, value]) => typeof value !== 'string');
  throw validationFailed(fields.map(([path]) => ({ path, message: 'Give a text.' })));
}

/** Does `action` as an operation is done: with its entry, through the door, within the time limit. */
async function work<T>(
  { admission, within, operationTimeoutMs, sessions }: SessionRouteDeps,
  request: FastifyRequest,
  action: 'login' | 'refresh' | 'logout',
  args: Readonly<Record<string, unknown>>,
  run: () => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(operationTimeoutMs);
  try {
    const running = within(deadline.signal, () =>
      admission.run(() => sessions.record(action, args, request.caller, run)),
    );
    return await Promise.race([running, deadline.expired]);
  } finally {
    deadline.clear();
  }
}
