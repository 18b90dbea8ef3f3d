import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { graphiqlPage, loadGraphiqlFiles } from '../graphql/graphiql.ts';
import { graphiqlTabs } from '../graphql/graphiql-tabs.ts';
import { GRAPHIQL_POLICY } from './security-headers.ts';

interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly packed: Buffer;
  readonly plain: string;
}

const compress = promisify(gzip);

/** `/graphiql` and its files, served from the installed package: works without the internet. Assets count against no limit. */
export function registerGraphiql(
  app: FastifyInstance,
  firstUser: { readonly email: string; readonly password: string } | null,
): void {
  const page = graphiqlPage('TechSupport Pro', graphiqlTabs(firstUser));
  let assets: Promise<ReadonlyMap<string, Asset>> | null = null;

  app.get('/graphiql', async (_request, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', GRAPHIQL_POLICY)
      .header('cache-control', 'no-cache')
      .send(page),
  );

  app.get<{ Params: { file: string } }>('/graphiql/:file', async (request, reply) => {
    // The page names its files relative to "/graphiql".
    if (request.params.file === '') return reply.redirect('/graphiql', 301);
    assets ??= loadAssets();
    const asset = (await assets).get(request.params.file);
    if (!asset) return reply.callNotFound();
    // A worker takes its policy from its own answer.
    reply.header('content-security-policy', GRAPHIQL_POLICY).header('etag', asset.etag);
    reply.header('cache-control', 'no-cache').header('vary', 'Accept-Encoding');
    if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
    reply.header('content-type', asset.type);
    const packs = request.headers['accept-encoding']?.includes('gzip') === true;
    return packs ? reply.header('content-encoding', 'gzip').send(asset.packed) : reply.send(asset.plain);
  });
}

async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const files = await loadGraphiqlFiles();
  const assets = files.map(async ({ name, type, content }) => {
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    return [name, { type, etag, packed: await compress(content), plain: content }] as const;
  });
  return new Map(await Promise.all(assets));
}
