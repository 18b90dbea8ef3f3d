import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkbookError } from '../src/application/workbook-reader.ts';
import { columnName } from '../src/domain/sheet-row.ts';
import { parseReference } from '../src/infrastructure/excel/cell-reference.ts';
import { PartText } from '../src/infrastructure/excel/part-text.ts';
import { SharedTexts } from '../src/infrastructure/excel/shared-texts.ts';
import { type XmlHandler, XmlScanner } from '../src/infrastructure/excel/xml-scanner.ts';
import { decodeOfficeEscapes, prefixedXmlAttribute, xmlAttribute } from '../src/infrastructure/excel/xml-text.ts';

function eventsOf(pieces: readonly string[]): readonly string[] {
  const events: string[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') events.push(`text ${text}`);
    text = '';
  };
  const handler: XmlHandler = {
    open(name, depth, attributes) {
      flush();
      events.push(`open ${depth} ${name} ${attributes.trim()}`);
    },
    close(name, depth) {
      flush();
      events.push(`close ${depth} ${name}`);
    },
    text(value) {
      text += value;
    },
  };
  const scanner = new XmlScanner(handler);
  for (const piece of pieces) scanner.write(piece);
  scanner.end();
  return events;
}

/** The text cut into pieces of the given lengths, over and over. */
function cut<T extends { slice(from: number, to: number): T; readonly length: number }>(
  whole: T,
  lengths: readonly number[],
) {
  const pieces: T[] = [];
  for (let at = 0, turn = 0; at < whole.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    pieces.push(whole.slice(at, at + length));
    at += length;
  }
  return pieces;
}

const DOCUMENT =
  '<?xml version="1.0" encoding="UTF-8" standalone=\'yes\'?>\r\n<!-- <not> & this --><x:a xmlns:x="u" v="1 > 0" w=\'"/>\'>' +
  'é &lt;b&gt; &#233;&#x1F600;\r\n<![CDATA[<raw> & ]] ]]>z<b/><x:c y="&quot;&amp;"  ></x:c ><?pi x?><!----></x:a>\n';

describe('XML', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

  it('is understood: prefixes, quotes, comments, CDATA, entities, line ends', () => {
    expect(eventsOf([DOCUMENT])).toEqual([
      'open 1 a xmlns:x="u" v="1 > 0" w=\'"/>\'',
      'text é <b> é😀\n<raw> & ]] z',
      'open 2 b ',
      'close 2 b',
      'open 2 c y="&quot;&amp;"',
      'close 2 c',
      'close 1 a',
    ]);
  });

  it('means the same wherever it is cut', () => {
    const whole = eventsOf([DOCUMENT]);
    fc.assert(
      fc.property(lengths, (sizes) => {
        expect(eventsOf(cut(DOCUMENT, sizes))).toEqual(whole);
      }),
    );
  });

  it.each([
    '',
    'text',
    '<a>',
    '<a><b></a>',
    '<a></b>',
    '</a>',
    '<a/><b/>',
    '<a/>x',
    '<a>&unknown;</a>',
    '<a>& </a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#x110000;</a>',
    '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    '<a><!ENTITY e "x"></a>',
    '<></>',
    '<?xml version="1.0" encoding="windows-1252"?><a/>',
    '<a'.repeat(10),
    '<a>'.repeat(300),
  ])('that is malformed, or defines entities, is refused: %j', (text) => {
    expect(() => eventsOf([text])).toThrow(WorkbookError);
  });

  it('gives attributes by name', () => {
    const raw = ' a="1"\n b = \'&lt;2\t\' r:id="rId7" xmlns:id="u" id="9"';
    expect(xmlAttribute(raw, 'a')).toBe('1');
    expect(xmlAttribute(raw, 'b')).toBe('<2 ');
    expect(xmlAttribute(raw, 'id')).toBe('9');
    expect(xmlAttribute(raw, 'c')).toBeUndefined();
    expect(prefixedXmlAttribute(raw, 'id')).toBe('rId7');
    for (const malformed of [' a', ' a=1', ' a="1', ' ="1"', ' a="1"b="2"']) {
      expect(() => xmlAttribute(malformed, 'z')).toThrow(WorkbookError);
    }
  });

  it('holds Office escapes', () => {
    expect(decodeOfficeEscapes('a_x000D_\nb_x005F_x000D_c_xD83D__xDE00__x12')).toBe('a\r\nb_x000D_c😀_x12');
  });
});

describe('the text of a part', () => {
  function decoded(pieces: readonly Buffer[]): string {
    const characters = new PartText();
    return pieces.map((piece) => characters.write(piece)).join('') + characters.end();
  }
  const utf16 = (text: string, bigEndian: boolean) => {
    const bytes = Buffer.from(text, 'utf16le');
    return bigEndian ? bytes.swap16() : bytes;
  };

  it('comes whole through any cut, in any script, as UTF-8 and as UTF-16', () => {
    const anyText = fc.string({ unit: 'binary' });
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 });
    const encodings = fc.constantFrom(
      (text: string) => Buffer.from(text),
      (text: string) => utf16(text, false),
      (text: string) => utf16(text, true),
    );
    fc.assert(
      fc.property(anyText, sizes, encodings, (text, lengths, encode) => {
        const whole = `<a>${text}`;
        const pieces = cut<Uint8Array>(encode(whole), lengths).map((piece) => Buffer.from(piece));
        expect(decoded(pieces)).toBe(whole);
      }),
    );
  });

  it('loses its byte order mark, and is known by it', () => {
    const marked = '\uFEFF<ż/>';
    for (const bytes of [Buffer.from(marked), utf16(marked, false), utf16(marked, true)]) {
      expect(decoded([bytes])).toBe('<ż/>');
    }
  });

  it.each([
    'ff',
    'c3',
    'e282',
    'f09f98',
    'eda080',
    'c0af',
    '80',
    '41c341',
    'fffe61',
    'fffe00d8',
    'fffe610000dc',
    'feffd83d0041',
  ])('that is none is refused: %s', (hex) => {
    expect(() => decoded([Buffer.from(hex, 'hex')])).toThrow(WorkbookError);
  });
});

describe('cell references', () => {
  it.each<[string, number, number]>([
    ['A1', 0, 1],
    ['Z9', 25, 9],
    ['aa10', 26, 10],
    ['XFD1048576', 16_383, 1_048_576],
  ])('%j is column %d of row %d', (reference, column, row) =>
    expect(parseReference(reference)).toEqual({ column, row }));

  it.each(['XFE1', '1', 'A', 'A0', 'AAAA1', 'A1x', ' A1', '$A$1', 'A1:B2', ''])('%j is none', (reference) =>
    expect(parseReference(reference)).toBeNull());

  it('and column names are each other turned round', () => {
    for (let index = 0; index < 16_384; index += 1) {
      expect(parseReference(`${columnName(index)}7`)).toEqual({ column: index, row: 7 });
    }
  });
});

describe('shared texts', () => {
  it('come back as they went in, whatever they hold', () => {
    const anyText = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constant('half \uD83D'),
      fc.constant('naïve ÿ'),
    );
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 50 }), (wanted) => {
        const texts = new SharedTexts(64 * 1024 ** 2);
        for (const text of wanted) texts.add(text);
        for (const _ of [1, 2]) expect(wanted.map((_text, index) => texts.at(index))).toEqual(wanted);
        expect(
          [texts.at(wanted.length), texts.at(-1), texts.at(0.5), texts.at(Number.NaN)].every((text) => !text),
        ).toBe(true);
      }),
    );
  });

  it('cross from block to block', () => {
    const texts = new SharedTexts(64 * 1024 ** 2);
    const long = (index: number) => `${index}${index % 2 ? 'ł' : 'x'}`.repeat(4000 + (index % 13));
    for (let index = 0; index < 1500; index += 1) texts.add(long(index));
    for (let index = 1499; index >= 0; index -= 7) expect(texts.at(index)).toBe(long(index));
  });

  it('are refused beyond the memory allowed', () => {
    const texts = new SharedTexts(2 * 1024 ** 2);
    expect(() => {
      for (;;) texts.add('x'.repeat(30_000));
    }).toThrow('they take more than 2 MB of memory.');
  });
});
