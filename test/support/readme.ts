import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The code blocks of a section of README.md, as they stand there, in their order. */
export function readmeBlocks(heading: string, language: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`README.md has no section "${heading}".`);
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, of, code]) =>
    of === language && code ? [code] : [],
  );
}
