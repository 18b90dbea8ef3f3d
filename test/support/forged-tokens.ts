import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/** What a forger may know or guess; the secret is for tokens that are ours but for one thing. */
export interface ForgerKnows {
  readonly secret: string;
  readonly userId: string;
  readonly sessionEpoch: number;
  /** An access token that holds, and the refresh token that came with it. */
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Where keys could be fetched, if anybody asked. */
  readonly keysUrl: string;
}

type Fields = Readonly<Record<string, unknown>>;

const OTHER_SECRET = 'the secret of another tenant, more than 32 bytes';
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const hmac = (body: string, secret: string, hash = 'sha256') =>
  createHmac(hash, secret).update(body).digest('base64url');

/** Access tokens for an ADMIN that must not be believed, each with what is wrong with it. */
export function forgedTokens(knows: ForgerKnows): readonly (readonly [name: string, token: string])[] {
  const { secret, userId, sessionEpoch, accessToken, refreshToken, keysUrl } = knows;
  const now = Math.floor(Date.now() / 1_000);
  const names = { iss: 'techsupport-pro', aud: 'techsupport-pro', sub: userId, jti: randomUUID() };
  const claims = { ...names, role: 'ADMIN', ep: sessionEpoch, iat: now, exp: now + 600 };
  const header = { alg: 'HS256', typ: 'at+jwt' };
  const body = (head: unknown, payload: unknown = claims) => `${part(head)}.${part(payload)}`;
  const withSecret = (key: string, head: unknown = header, payload: unknown = claims, hash = 'sha256') =>
    `${body(head, payload)}.${hmac(body(head, payload), key, hash)}`;
  /** Ours in everything but these claims or this header. */
  const ours = (payload: Fields, head: Fields = {}) =>
    withSecret(secret, { ...header, ...head }, { ...claims, ...payload });
  const theirs = (head: Fields) => withSecret(OTHER_SECRET, { ...header, ...head });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = String(rsa.publicKey.export({ type: 'spki', format: 'pem' }));
  const rs256 = { ...header, alg: 'RS256' };
  const [ourHeader = '', ourPayload = '', ourSignature = ''] = accessToken.split('.');
  const jwk = { kty: 'oct', k: Buffer.from(OTHER_SECRET).toString('base64url'), alg: 'HS256' };

  return [
    ['no algorithm and no signature', `${body({ ...header, alg: 'none' })}.`],
    ['no algorithm, in other letters', `${body({ ...header, alg: 'nOnE' })}.`],
    ['no algorithm, with a signature', `${body({ ...header, alg: 'none' })}.${ourSignature}`],
    ['no alg at all', withSecret(secret, { typ: 'at+jwt' })],
    ['alg is no text', withSecret(secret, { ...header, alg: ['HS256'] })],
    ['HS384 with our secret', withSecret(secret, { ...header, alg: 'HS384' }, claims, 'sha384')],
    ['HS512 with our secret', withSecret(secret, { ...header, alg: 'HS512' }, claims, 'sha512')],
    [
      'RS256 with a key of their own',
      `${body(rs256)}.${sign('sha256', Buffer.from(body(rs256)), rsa.privateKey).toString('base64url')}`,
    ],
    ['HS256 with a public key as the secret', withSecret(pem)],
    ['RS256 that is an HMAC', `${body(rs256)}.${hmac(body(rs256), secret)}`],
    ['ES256 of zeros', `${body({ ...header, alg: 'ES256' })}.${Buffer.alloc(64).toString('base64url')}`],
    ['the secret of another tenant', theirs({})],
    ['an empty secret', withSecret('')],
    ['a secret that everybody guesses', withSecret('secret')],
    ['kid is a path', withSecret('', { ...header, kid: '../../../../../../dev/null' })],
    ['kid is a file of ours', theirs({ kid: '/proc/self/environ' })],
    ['kid is an address', theirs({ kid: keysUrl })],
    ['kid is SQL', withSecret('x', { ...header, kid: "nothing' UNION SELECT 'x' --" })],
    ['kid is a command', theirs({ kid: '| sleep 5' })],
    ['kid is an object', theirs({ kid: { $ne: null } })],
    ['kid is of the prototype', withSecret('', { ...header, kid: '__proto__' })],
    ['jwk in the header', theirs({ jwk })],
    ['jku in the header', theirs({ jku: keysUrl, kid: '1' })],
    ['x5u in the header', theirs({ x5u: keysUrl })],
    ['x5c in the header', theirs({ x5c: [Buffer.from(pem).toString('base64')] })],
    ['crit that nobody knows', ours({}, { crit: ['admin'], admin: true })],
    ['crit for an unencoded payload', ours({}, { crit: ['b64'], b64: false })],
    ['crit of nothing', ours({}, { crit: [] })],
    [
      'alg named twice in the header',
      `${Buffer.from('{"alg":"HS256","typ":"at+jwt","alg":"none"}').toString('base64url')}.${part(claims)}.`,
    ],
    ['a header that is a list', withSecret(secret, [header])],
    ['a header that is null', withSecret(secret, null)],
    ['a payload that is null', withSecret(secret, header, null)],
    ['a payload that is a list', withSecret(secret, header, [claims])],
    ['a payload that is a text', withSecret(secret, header, 'admin')],
    ['no exp', ours({ exp: undefined })],
    ['exp as a text', ours({ exp: String(now + 600) })],
    ['exp in the past', ours({ exp: now - 1 })],
    ['exp below zero', ours({ exp: -1 })],
    ['nbf in the future', ours({ nbf: now + 300 })],
    ['nbf as a text', ours({ nbf: 'now' })],
    ['no iat', ours({ iat: undefined })],
    ['another aud', ours({ aud: 'another-desk' })],
    ['no aud', ours({ aud: undefined })],
    ['a list of other auds', ours({ aud: ['a', 'b'] })],
    ['another iss', ours({ iss: 'https://evil.test' })],
    ['no iss', ours({ iss: undefined })],
    ['another typ', ours({}, { typ: 'JWT' })],
    ['the typ of a refresh token', ours({}, { typ: 'rt+jwt' })],
    ['no typ', ours({}, { typ: undefined })],
    ['an unknown role', ours({ role: 'ROOT' })],
    ['another role', ours({ role: 'SUPERVISOR' })],
    ['roles as a list', ours({ role: ['ADMIN'] })],
    ['another epoch', ours({ ep: sessionEpoch + 1 })],
    ['an epoch as a text', ours({ ep: String(sessionEpoch) })],
    ['no user', ours({ sub: undefined })],
    ['a user that is nobody', ours({ sub: randomUUID() })],
    ['a user that is SQL', ours({ sub: "' OR 1=1 --" })],
    ['a user that is an object', ours({ sub: { $ne: '' } })],
    ['the refresh token', refreshToken],
    ['the signature cut off', `${ourHeader}.${ourPayload}`],
    ['an empty signature', `${ourHeader}.${ourPayload}.`],
    ['a shorter signature', accessToken.slice(0, -4)],
    ['a longer signature', `${accessToken}AAAA`],
    ['another last character', lastCharacterChanged(accessToken)],
    ['another payload under our signature', `${ourHeader}.${part(claims)}.${ourSignature}`],
    ['padding', `${accessToken}=`],
    ['four parts', `${accessToken}.${ourSignature}`],
    ['five parts, as if encrypted', `${part({ alg: 'dir', enc: 'A256GCM', typ: 'at+jwt' })}..AAAA.AAAA.AAAA`],
    ['three times nothing', '..'],
    ['no token', 'undefined'],
    ['12 KB of claims by another key', withSecret(OTHER_SECRET, header, { ...claims, more: 'x'.repeat(9_000) })],
    ['12 KB of nothing', 'x'.repeat(12_000)],
    ['12 KB of dots', '.'.repeat(12_000)],
  ];
}

/** 256 bits do not fill 43 characters: the last one has two bits that a lax reader does not see. */
function lastCharacterChanged(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.slice(-1));
  return token.slice(0, -1) + alphabet[last ^ 1];
}
