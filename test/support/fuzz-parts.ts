import type { Random } from '../../src/infrastructure/excel/generate/random.ts';
import { type ZipEntry, zip } from './zip.ts';

type Tokens = string[];
type TokenChange = (random: Random, tokens: Tokens) => void;

/** Values that mean something else, too much or nothing in the places where they come to stand. */
const VALUES = [
  '',
  ' ',
  '0',
  '-1',
  '1',
  '2',
  '60',
  '00123',
  '1.5',
  '1e3',
  '0x10',
  '1E+400',
  '-0',
  '45000.5',
  '2958466',
  '99999999999',
  '12345678901234567',
  '0.1000000000000000055511151231257827',
  'NaN',
  'true',
  'A1',
  'a2',
  'XFD1048576',
  'XFE1',
  'ZZZZ1',
  '1048577',
  's',
  'str',
  'inlineStr',
  'b',
  'd',
  'e',
  'n',
  '2026-03-01T09:30:00',
  '2026-02-30',
  'yyyy-mm-dd',
  'rId1',
  'rId2',
  '../../xl/workbook.xml',
  '_x000D_',
  '_xD800_',
  '_x005F_x0041_',
  '&amp;',
  '&#65;',
  '&#0;',
  '&#xD800;',
  '&#x1F600;',
  '&nope;',
  '&',
  ']]>',
  '\u0000',
  '\u0007',
  '\uFFFE',
  'é漢😀',
  '\r\n\t',
  'hidden',
  'x'.repeat(33_000),
] as const;

const TAGS = [
  '<row>',
  '</row>',
  '<c>',
  '</c>',
  '<v>',
  '</v>',
  '<t>',
  '</t>',
  '<is>',
  '<r>',
  '<rPh>',
  '<si/>',
  '<f/>',
  '<x:c/>',
  '<a',
] as const;
const ASIDES = [
  '<!-- a > b -->',
  '<![CDATA[<v>1</v>&amp;]]>',
  '<?pi a?>',
  '<!DOCTYPE a>',
  '<!---->',
  '<!',
  '<?xml version="1.0"?>',
  '\uFEFF',
] as const;

const anywhere = (random: Random, tokens: Tokens) => random.whole(0, Math.max(0, tokens.length - 1));

/** The place of some tag, if chance finds one. */
function someTag(random: Random, tokens: Tokens): number {
  const start = anywhere(random, tokens);
  const at = tokens.findIndex((token, index) => index >= start && token.startsWith('<') && token.includes('='));
  return at === -1 ? start : at;
}

/** Where the element that begins at `at` ends, or the token there if it is none. */
function elementEnd(tokens: Tokens, at: number): number {
  let open = 0;
  for (let end = at; end < tokens.length; end += 1) {
    const token = tokens[end] ?? '';
    if (/^<[\w:]/.test(token) && !token.endsWith('/>')) open += 1;
    else if (token.startsWith('</')) open -= 1;
    if (open <= 0) return end + 1;
  }
  return at + 1;
}

const TOKEN_CHANGES: readonly [TokenChange, ...TokenChange[]] = [
  function dropElement(random, tokens) {
    const at = anywhere(random, tokens);
    tokens.splice(at, elementEnd(tokens, at) - at);
  },
  function doubleElement(random, tokens) {
    const at = anywhere(random, tokens);
    tokens.splice(random.chance(0.7) ? at : anywhere(random, tokens), 0, ...tokens.slice(at, elementEnd(tokens, at)));
  },
  function moveElement(random, tokens) {
    const at = anywhere(random, tokens);
    const element = tokens.splice(at, elementEnd(tokens, at) - at);
    tokens.splice(anywhere(random, tokens), 0, ...element);
  },
  function drop(random, tokens) {
    tokens.splice(anywhere(random, tokens), random.pick([1, 1, 2, 5, 50]));
  },
  function double(random, tokens) {
    const at = anywhere(random, tokens);
    tokens.splice(at, 0, ...tokens.slice(at, at + random.pick([1, 3, 6, 40])));
  },
  function swap(random, tokens) {
    const [a, b] = [anywhere(random, tokens), anywhere(random, tokens)];
    [tokens[a], tokens[b]] = [tokens[b] ?? '', tokens[a] ?? ''];
  },
  function changeValue(random, tokens) {
    const at = someTag(random, tokens);
    const values = tokens[at]?.match(/"[^"]*"/g) ?? [];
    const old = values[random.whole(0, Math.max(0, values.length - 1))];
    if (old) tokens[at] = (tokens[at] ?? '').replace(old, `"${random.pick(VALUES)}"`);
  },
  function changeName(random, tokens) {
    const at = someTag(random, tokens);
    tokens[at] = (tokens[at] ?? '').replace(
      /\b(r|s|t|id|name|Target|numFmtId)(?==)/,
      random.pick(['r', 's', 't', 'id', 'x:r']),
    );
  },
  function dropAttribute(random, tokens) {
    const at = someTag(random, tokens);
    tokens[at] = (tokens[at] ?? '').replace(/ [\w:]+="[^"]*"/, '');
  },
  function changeText(random, tokens) {
    const start = anywhere(random, tokens);
    const at = tokens.findIndex((token, index) => index >= start && !token.startsWith('<'));
    if (at !== -1) tokens[at] = random.pick(VALUES);
  },
  function insertTag(random, tokens) {
    tokens.splice(anywhere(random, tokens), 0, random.pick(random.chance(0.6) ? TAGS : ASIDES));
  },
  function insertText(random, tokens) {
    tokens.splice(anywhere(random, tokens), 0, random.pick(VALUES));
  },
  function repeatMuch(random, tokens) {
    const at = anywhere(random, tokens);
    tokens[at] = (tokens[at] ?? '').repeat(random.pick([2, 300]));
  },
];

/** The text of a part after a few changes of its markup. */
function remade(random: Random, xml: string): string {
  const tokens: Tokens = xml.match(/<[^>]*>|[^<]+/g) ?? [''];
  for (let count = random.pick([1, 1, 1, 2, 4]); count > 0; count -= 1) random.pick(TOKEN_CHANGES)(random, tokens);
  return tokens.join('');
}

/** The bytes of a text of which, now and then, one or two are not what they should be. */
function nearlyUtf8(random: Random, text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 2 || random.chance(0.93)) return bytes;
  const wide = bytes.findIndex((byte, at) => at > random.whole(0, bytes.length) && byte >= 0x80);
  const at = wide > 0 ? wide : random.whole(0, bytes.length - 2);
  [bytes[at], bytes[at + 1]] = [bytes[at + 1] ?? 0, bytes[at] ?? 0];
  if (random.chance(0.3)) bytes[at] = random.whole(0, 255);
  return bytes;
}

/**
 * A sound archive of the same parts, of which one or two have changed: in their markup, their names or their order. Parts are
 * picked by how much of the reading they decide.
 */
export function rewritten(random: Random, parts: ReadonlyMap<string, string>): Buffer {
  const texts = [...parts].filter(([name]) => !/theme|docProps|drawing/.test(name));
  const entries: ZipEntry[] = texts.map(([name, xml]) => ({ name, data: xml, deflate: random.chance(0.5) }));
  for (let count = random.pick([1, 1, 2]); count > 0 && entries.length > 0; count -= 1) {
    const isSheet = random.chance(0.5);
    const sheet = entries.findIndex(({ name }) => name.includes('sheets/'));
    const at = isSheet && sheet !== -1 ? sheet : random.whole(0, entries.length - 1);
    const entry = entries[at];
    if (!entry) continue;
    if (random.chance(0.9)) {
      entries[at] = { ...entry, data: nearlyUtf8(random, remade(random, entry.data.toString())) };
    } else {
      const other = random.whole(0, entries.length - 1);
      const kind = random.whole(0, 3);
      if (kind === 0) entries.splice(at, 1);
      else if (kind === 1) entries.splice(other, 0, entry);
      else if (kind === 2) entries[at] = { ...entry, data: entries[other]?.data ?? '' };
      else
        entries[at] = { ...entry, name: random.pick([entry.name.toUpperCase(), `/${entry.name}`, `x${entry.name}`]) };
    }
  }
  return zip(entries);
}
