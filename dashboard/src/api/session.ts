import { ApiError, problemOf, unreachable } from './problem.ts';
import type { Role } from './schema.generated.ts';
import { type ServerClock, serverClock } from './server-clock.ts';
import { apiTexts } from './texts.ts';

export interface SignedInUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

export type SessionState =
  /** Asking the server whether somebody is signed in. */
  | { readonly kind: 'asking' }
  /** It could not be asked. */
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'signedOut'; readonly ended: boolean }
  | { readonly kind: 'signedIn'; readonly user: SignedInUser };

interface Begun {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: string;
  readonly user: SignedInUser;
  readonly now: string;
}

/** A token that ends sooner than this is not sent any more. */
const MARGIN_MS = 20_000;
const CHANNEL = 'techsupport-session';

/**
 * Who is signed in. The access token lives in this object and nowhere else; the refresh token in a cookie that no script can read. The
 * tabs of a browser share the cookie: they refresh one at a time, and are signed out together.
 */
export class Session {
  #state: SessionState = { kind: 'asking' };
  #token: { readonly text: string; readonly expiresAt: number } | null = null;
  #refreshing: Promise<string> | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #clock: ServerClock;
  readonly #tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel(CHANNEL) : null;

  constructor(clock: ServerClock) {
    this.#clock = clock;
    this.#tabs?.addEventListener('message', () => this.#end(false));
  }

  readonly state = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Finds out whether the cookie of an earlier visit still holds. */
  async resume(): Promise<void> {
    this.#set({ kind: 'asking' });
    await this.#refresh().catch(() => undefined);
  }

  /** Throws ApiError when the server says no. */
  async signIn(email: string, password: string): Promise<void> {
    this.#begin(await this.#post('/session', { email, password }));
  }

  /** A token that holds for a while. Throws ApiError when there is none to be had; by then the session may have ended. */
  async token(): Promise<string> {
    const kept = this.#token;
    if (kept && kept.expiresAt - this.#clock.now() > MARGIN_MS) return kept.text;
    return this.#refresh();
  }

  /** The server refused `token`: the next one is asked for anew. */
  refused(token: string | null): void {
    if (token === null || this.#token?.text === token) this.#token = null;
  }

  /** Ends this session, on this browser; away from the server too, where the cookie then goes on until it expires. */
  async signOut(): Promise<void> {
    try {
      await fetch('/session/end', { method: 'POST', headers: HEADERS, body: '{}' });
    } finally {
      this.#tabs?.postMessage('signed out');
      this.#end(false);
    }
  }

  #refresh(): Promise<string> {
    this.#refreshing ??= alone(async () => {
      try {
        return this.#begin(await this.#post('/session/refresh', {}));
      } catch (error) {
        const code = error instanceof ApiError ? error.problem.code : 'NETWORK';
        if (code === 'UNAUTHENTICATED') this.#end(this.#state.kind === 'signedIn');
        else if (this.#state.kind !== 'signedIn') this.#set({ kind: 'unreachable' });
        throw error;
      }
    }).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #post(path: string, body: unknown): Promise<Begun> {
    const sentAt = Date.now();
    const answer = await fetch(path, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) }).catch(() => {
      throw new ApiError(unreachable(apiTexts.unreachable));
    });
    if (answer.status === 204) throw new ApiError(problemOf(SIGNED_OUT));
    const text = await answer.text();
    if (answer.ok) {
      const begun = JSON.parse(text) as Begun;
      this.#clock.learnExact(Date.parse(begun.now), sentAt, Date.now());
      return begun;
    }
    if (!answer.headers.get('content-type')?.includes('json')) throw new ApiError(unreachable(apiTexts.unreachable));
    const { message, ...extensions } = (JSON.parse(text) as { error: { message: string } }).error;
    throw new ApiError(problemOf({ message, extensions }));
  }

  #begin({ accessToken, accessTokenExpiresAt, user }: Begun): string {
    this.#token = { text: accessToken, expiresAt: Date.parse(accessTokenExpiresAt) };
    const known = this.#state.kind === 'signedIn' ? this.#state.user : null;
    if (JSON.stringify(known) !== JSON.stringify(user)) this.#set({ kind: 'signedIn', user });
    return accessToken;
  }

  #end(ended: boolean): void {
    this.#token = null;
    if (this.#state.kind !== 'signedOut') this.#set({ kind: 'signedOut', ended });
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** What an answer without a session stands for. */
const SIGNED_OUT = { message: apiTexts.signedOut, extensions: { code: 'UNAUTHENTICATED' } };
const HEADERS = { 'content-type': 'application/json', 'x-techsupport-session': '1' };

/** One tab at a time, where the browser can see to it: elsewhere the server gives the same successor for 5 s. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request(CHANNEL, work) : work();
}

/** The one of this page. */
export const session = new Session(serverClock);
