import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
const TEST = fileURLToPath(new URL('.', import.meta.url));
const LAYERS = ['domain', 'application', 'infrastructure', 'interfaces'];
const LONGEST_FILE = 300;

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(folder, name), 'utf8') }));

const files = filesOf(SRC);
const tests = filesOf(TEST);

/** Where a file belongs; what lies in src itself, and each program of the command line, composes the others. */
function layerOf(name: string): string {
  const [folder = ''] = name.split('/');
  const program = /^interfaces\/cli\/[\w-]+\.ts$/.test(name);
  return LAYERS.includes(folder) && !program ? folder : name;
}

/** What a layer may import of this project: other layers, or files of src by name. */
function mayImport(layer: string, target: string): boolean {
  const around = /^(startup-error|config[\w-]*)\.ts$/.test(target);
  switch (layer) {
    case 'domain':
      return target === 'domain';
    case 'application':
      return target === 'application' || target === 'domain';
    case 'infrastructure':
    case 'interfaces':
      return target === layer || target === 'application' || target === 'domain' || around;
    default:
      return true;
  }
}

/** The text without comments, so that only what runs is looked at. */
const codeOf = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1');

/** Every module that a file names in an import or export, static or dynamic, of types or values. */
function importsOf(text: string): string[] {
  const code = codeOf(text);
  const found = [
    ...code.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'/gm),
    ...code.matchAll(/^import\s+'([^']+)'/gm),
    ...code.matchAll(/\bimport\(\s*'([^']+)'/g),
  ];
  return found.flatMap(([, specifier]) => (specifier ? [specifier] : []));
}

const inner = files.filter(({ name }) => /^(domain|application)\//.test(name));

describe('the layers', () => {
  it('are all there, and their imports are found', () => {
    for (const layer of LAYERS) expect(files.some(({ name }) => layerOf(name) === layer)).toBe(true);
    expect(files.flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(files.length);
  });

  it('import nothing outward', () => {
    const outward = files.flatMap(({ name, text }) =>
      importsOf(text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => relative(SRC, resolve(SRC, dirname(name), specifier)).replaceAll('\\', '/'))
        .filter((target) => !mayImport(layerOf(name), layerOf(target)))
        .map((target) => `${name} imports ${target}`),
    );
    expect(outward).toEqual([]);
  });

  it('of the rules need no package but the time zones, and no part of Node but bytes, to be run', () => {
    const foreign = inner.flatMap(({ name, text }) =>
      importsOf(text)
        .filter((specifier) => !specifier.startsWith('.'))
        .map((specifier) => `${name}: ${specifier}`),
    );
    // The offsets of time zones are data of the world, not of this desk; one file asks a library for them (ADR 11).
    const zones = 'domain/calendar/zone-offsets.ts: temporal-polyfill';
    expect(foreign).toContain(zones);
    const bytes = /^application\/.*: node:(stream|buffer)/;
    expect(foreign.filter((each) => each !== zones && !bytes.test(each))).toEqual([]);
  });

  it('name files with their extension', () => {
    const bare = files.flatMap(({ name, text }) =>
      importsOf(text)
        .filter((specifier) => specifier.startsWith('.') && !/\.(ts|json)$/.test(specifier))
        .map((specifier) => `${name}: ${specifier}`),
    );
    expect(bare).toEqual([]);
  });
});

describe('outside its one place, nobody', () => {
  const offenders = (among: typeof files, pattern: RegExp, allowed: RegExp) =>
    among.filter(({ name, text }) => !allowed.test(name) && pattern.test(codeOf(text))).map(({ name }) => name);

  it('reads the environment', () => {
    expect(offenders(files, /\bprocess\.env\b/, /^config\.ts$/)).toEqual([]);
  });

  it('of domain and application reads the time', () => {
    expect(offenders(inner, /\bnew Date\(\s*\)|\bDate\.now\(|\bperformance\.now\(/, /^$/)).toEqual([]);
  });

  it('writes to the console', () => {
    expect(
      offenders(files, /\bconsole\./, /^(main|rebuild|audit|migrate-store|run-on-database)\.ts$|^interfaces\/cli\//),
    ).toEqual([]);
  });

  it('of the rules knows of decorators or of SQL', () => {
    expect(offenders(inner, /type-graphql|drizzle|\bfrom 'pg'|@Field|@Resolver/, /^$/)).toEqual([]);
  });
});

it('no file is longer than a reader can hold', () => {
  const held = [...files, ...tests];
  const long = held.filter(({ text }) => text.trimEnd().split('\n').length > LONGEST_FILE).map(({ name }) => name);
  expect(long).toEqual([]);
});

it('no file is a barrel', () => {
  const barrels = files.filter(({ name, text }) => /(^|\/)index\.ts$/.test(name) || /^export \* from/m.test(text));
  expect(barrels.map(({ name }) => name)).toEqual([]);
});
