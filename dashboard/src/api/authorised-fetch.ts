/** What a request needs of the session; `send` posts with the token and throws when there is no answer. */
interface Deps {
  readonly token: () => Promise<string>;
  /** The server refused this token: `token` gives another from now on, or throws. */
  readonly refused: (token: string) => void;
  readonly send: (input: RequestInfo | URL, init: RequestInit, token: string) => Promise<Response>;
}

/** Asks for nothing but whether the token holds. */
const WHO_AM_I: RequestInit = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"query":"{ me { id } }"}',
};

/**
 * A POST with the access token; a token that the server refuses is exchanged once, unnoticed, and the request sent again. UNAUTHENTICATED
 * may also be what an operation answers, such as a change of the password to a wrong current one: the answers look alike, so that the
 * token itself is asked about first, and a request that was not refused for it is never sent twice.
 */
export function createAuthorisedFetch({ token, refused, send }: Deps): typeof fetch {
  const holds = async (kept: string, input: RequestInfo | URL): Promise<boolean> => {
    try {
      return !isRefusal(await (await send(input, WHO_AM_I, kept)).text());
    } catch {
      // Not known: then what was answered stands.
      return true;
    }
  };
  return async (input, init = {}) => {
    const kept = await token();
    const answer = await send(input, init, kept);
    if (!answer.headers.get('content-type')?.includes('json')) return answer;
    const text = await answer.text();
    if (!isRefusal(text) || (await holds(kept, input))) return new Response(text, answer);
    refused(kept);
    return send(input, init, await token());
  };
}

/** Whether a whole field of the operation was refused; data may speak of such refusals, too, as the audit trail does. */
export function isRefusal(text: string): boolean {
  if (!text.includes('UNAUTHENTICATED')) return false;
  try {
    const { errors = [] } = JSON.parse(text) as { errors?: readonly Refused[] };
    return errors.some(({ path = [], extensions }) => path.length <= 1 && extensions?.code === 'UNAUTHENTICATED');
  } catch {
    return false;
  }
}

interface Refused {
  readonly path?: readonly unknown[];
  readonly extensions?: { readonly code?: unknown };
}
