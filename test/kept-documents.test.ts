import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { KeptDocuments } from '../src/interfaces/graphql/validation/kept-documents.ts';

const SMALL = parse('{ me { id } }');
const FIELDS = Array.from({ length: 1_000 }, (_, n) => `field${n}`).join(' ');

describe('kept documents', () => {
  it('are given back as they are, until they are deleted', () => {
    const kept = new KeptDocuments();
    kept.set('a', SMALL);
    expect(kept.get('a')).toBe(SMALL);
    expect(kept.delete('a')).toBe(true);
    expect(kept.get('a')).toBeUndefined();
  });

  it('are those that were asked for last, however many have come', () => {
    const kept = new KeptDocuments();
    const large = parse(`{ ${FIELDS} }`);
    const most = (4 * 2 ** 20) / JSON.stringify(large).length;
    kept.set('often', SMALL);
    for (let n = 0; n < 200; n += 1) {
      kept.set(String(n), large);
      expect(kept.get('often')).toBe(SMALL);
    }
    const there = Array.from({ length: 200 }, (_, n) => String(n)).filter((source) => kept.get(source));
    expect(there.length).toBeLessThanOrEqual(most);
    expect(there.length).toBeGreaterThan(most - 2);
    expect(there.at(-1)).toBe('199');
    expect(Number(there[0])).toBe(200 - there.length);
  });

  it('are none of a size that would push out many others', () => {
    const kept = new KeptDocuments();
    kept.set('a', SMALL);
    kept.set('huge', parse(`{ ${FIELDS} ${FIELDS} ${FIELDS} ${FIELDS} }`));
    expect(kept.get('huge')).toBeUndefined();
    expect(kept.get('a')).toBe(SMALL);
  });
});
