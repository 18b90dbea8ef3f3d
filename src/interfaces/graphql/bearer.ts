import { DomainError } from '../../domain/domain-error.ts';

/**
 * The bearer token of an authorization header, or of what a WebSocket client sent as one. null: none was sent. Calling
 * the result gives the token, or throws UNAUTHENTICATED when what was sent is not a bearer token.
 */
export function bearerIn(authorization: unknown): (() => string) | null {
  if (authorization === undefined || authorization === null || authorization === '') return null;
  const token = typeof authorization === 'string' ? /^bearer +(\S+) *$/i.exec(authorization)?.[1] : undefined;
  return () => {
    if (token) return token;
    throw new DomainError(
      'UNAUTHENTICATED',
      'Send "authorization: Bearer <accessToken>", with the token from the login mutation.',
      {},
    );
  };
}
