import type { DocumentNode } from 'graphql';

/** A parsed document takes about four times the length of its JSON text in memory. */
const JSON_BYTES_KEPT = 4 * 2 ** 20;
/** One document must not push out all others. */
const LARGEST_SHARE = 1 / 16;

interface Kept {
  readonly document: DocumentNode;
  readonly size: number;
}

/**
 * Valid documents that are kept parsed, those that were asked for last: dashboards send the same few again and again. It is bounded by what
 * they take and not by their number, since one may have 100 times as much to it as another.
 */
export class KeptDocuments {
  readonly #bySource = new Map<string, Kept>();
  #size = 0;

  get(source: string): DocumentNode | undefined {
    const kept = this.#bySource.get(source);
    if (!kept) return undefined;
    this.#bySource.delete(source);
    this.#bySource.set(source, kept);
    return kept.document;
  }

  set(source: string, document: DocumentNode): void {
    const size = JSON.stringify(document).length;
    this.delete(source);
    if (size > JSON_BYTES_KEPT * LARGEST_SHARE) return;
    this.#bySource.set(source, { document, size });
    this.#size += size;
    for (const oldest of this.#bySource.keys()) {
      if (this.#size <= JSON_BYTES_KEPT) return;
      this.delete(oldest);
    }
  }

  delete(source: string): boolean {
    this.#size -= this.#bySource.get(source)?.size ?? 0;
    return this.#bySource.delete(source);
  }
}
