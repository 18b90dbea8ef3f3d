const GRAPHQL_RESPONSE = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';

/**
 * The content type of a refusal on /graphql, as Apollo chooses it for answers: application/graphql-response+json when
 * the Accept header likes it better than application/json. Clients read errors with a status from the first only.
 */
export function graphqlContentType(accept: string | undefined): string {
  const ranges = (accept ?? '').split(',').map(readRange);
  const graphql = ranges.findIndex(({ type }) => type === GRAPHQL_RESPONSE);
  const json = ranges.findIndex(({ type }) => type === JSON_TYPE);
  const weight = ranges[graphql]?.weight ?? 0;
  const wild = ranges.filter(({ type }) => type === '*/*' || type === 'application/*').map((range) => range.weight);
  const jsonWeight = ranges[json]?.weight ?? Math.max(0, ...wild);
  const first = weight > jsonWeight || (weight === jsonWeight && weight > 0 && (json < 0 || graphql < json));
  return `${first ? GRAPHQL_RESPONSE : JSON_TYPE}; charset=utf-8`;
}

function readRange(range: string): { readonly type: string; readonly weight: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { type, weight: quality === undefined ? 1 : Number(quality) || 0 };
}

/** Why a body cannot be read although it says that it is JSON: JSON is UTF-8 here, and not compressed; null: it can. */
export function unreadableBody(headers: Readonly<Record<string, string | string[] | undefined>>): {
  readonly path: string;
  readonly message: string;
} | null {
  const encoding = String(headers['content-encoding'] ?? 'identity');
  if (encoding.toLowerCase() !== 'identity') {
    return { path: 'content-encoding', message: 'Send the body as it is, not compressed.' };
  }
  const charset = /;\s*charset=("?)([^";\s]*)\1/i.exec(String(headers['content-type'] ?? ''))?.[2];
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset.toLowerCase())) {
    return { path: 'content-type', message: 'Send the body in UTF-8.' };
  }
  return null;
}
