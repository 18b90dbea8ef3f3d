import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Smaller ones travel in one packet either way. */
const WORTH_PACKING = 1_000;

/** Packs each file beside itself, so that the server never does while somebody waits. */
function packed(): Plugin {
  let folder = '';
  return {
    name: 'packed',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = resolve(root, build.outDir);
    },
    // Not closeBundle, which is called after a failed build too, and would hide its error behind one of its own.
    writeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|svg|json)$/.test(name)) continue;
        const bytes = readFileSync(join(folder, name));
        if (bytes.length < WORTH_PACKING) continue;
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
      }
    },
  };
}

/**
 * Mantine's styles come whole, in one file, or one for each component. Here each component brings its own along, to the chunk that it is
 * in: none is loaded by those who do not see the component, and none can be forgotten. They stand in a cascade layer, so that the
 * dashboard's own styles go before them whatever is loaded first. (`npm run dev` loads them whole: main.tsx.)
 */
function mantineStyles(): Plugin {
  return {
    name: 'mantine-styles',
    apply: 'build',
    transform: {
      // What names the classes of a component, and is dropped with a component that nobody uses.
      filter: { id: /@mantine\/[a-z]+\/esm\/.+\.module\.mjs$/ },
      handler(code, id) {
        const [, root = '', name = ''] = /^(.+@mantine\/[a-z]+)\/esm\/(?:.+\/)?(.+)\.module\.mjs$/.exec(id) ?? [];
        const styles = [join(root, 'styles', `${name}.layer.css`), join(root, 'styles.layer.css')].find(existsSync);
        if (!styles) this.error(`Mantine has no styles for ${name}: look for where they are now.`);
        return { code: `import ${JSON.stringify(styles)};\n${code}`, map: null };
      },
    },
  };
}

const API = process.env.API ?? 'http://localhost:3000';

export default defineConfig({
  plugins: [react(), mantineStyles(), packed()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // Which chunk needs which: test/dashboard-first-load.test.ts adds up what a visitor loads. It is not served.
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Half of all bytes: they stay as they are, and kept, when the dashboard changes.
          groups: [{ name: 'react', test: /node_modules\/(react|react-dom|react-router|scheduler)\// }],
        },
      },
    },
    // As data: addresses they would need a policy of their own.
    assetsInlineLimit: 0,
    // The policy allows no inline script; every browser that it is built for knows modulepreload.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    port: 5173,
    // `npm run dev -w dashboard` beside a running server; API=http://… when that listens elsewhere.
    proxy: {
      '/graphql': { target: API, ws: true, changeOrigin: false },
      '/session': API,
      '/health': API,
      '^/imports/[^/]+/errors': API,
    },
  },
});
