import { asProblem, type Problem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import type { Mapping } from './columns.ts';

/** How a file is to be brought in. */
export interface UploadOptions {
  readonly dryRun: boolean;
  readonly mapping: Mapping | null;
}

/** An upload as it stands. */
export interface Upload extends UploadOptions {
  readonly key: number;
  readonly file: File;
  readonly state: 'waiting' | 'sending' | 'done' | 'refused';
  readonly sentBytes: number;
  /** Once it is done: the import, and whether it had been there before. */
  readonly importId: string | null;
  readonly isKnown: boolean;
  /** Once it is refused: why. */
  readonly problem: Problem | null;
}

/** Sends one file; tells how many of its bytes have gone. Throws ApiError. */
export type SendFile = (
  file: File,
  options: UploadOptions,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
) => Promise<{ readonly importId: string; readonly isKnown: boolean }>;

/** The uploads of this page load, one after the other, so that the first is in soon. They go on while other pages are shown. */
export class Uploads {
  #list: readonly Upload[] = [];
  #sending: { readonly key: number; readonly abort: AbortController } | null = null;
  #keys = 0;
  readonly #files = new Map<string, File>();
  readonly #listeners = new Set<() => void>();
  readonly #send: SendFile;

  constructor(send: SendFile) {
    this.#send = send;
  }

  readonly list = (): readonly Upload[] => this.#list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins, or waits for those before it; returns the key of each. */
  add(files: readonly File[], options: UploadOptions): number[] {
    const added = files.map((file): Upload => {
      this.#keys += 1;
      const begun = { state: 'waiting', sentBytes: 0, importId: null, isKnown: false, problem: null } as const;
      return { ...options, ...begun, key: this.#keys, file };
    });
    this.#set([...this.#list, ...added]);
    void this.#next();
    return added.map(({ key }) => key);
  }

  /** The file of an import that was uploaded on this page load, so that it can be sent once more. */
  fileOf(importId: string): File | undefined {
    return this.#files.get(importId);
  }

  /** Sends one that was refused once more. */
  again(key: number): void {
    this.#change(key, { state: 'waiting', sentBytes: 0, problem: null });
    void this.#next();
  }

  /** Takes it from the list; one that is being sent is broken off, and makes no import. */
  remove(key: number): void {
    this.#set(this.#list.filter((upload) => upload.key !== key));
    if (this.#sending?.key === key) this.#sending.abort.abort();
  }

  /** Breaks off everything, since whoever began it has gone. */
  stop(): void {
    this.#set([]);
    this.#files.clear();
    this.#sending?.abort.abort();
  }

  async #next(): Promise<void> {
    const upload = this.#list.find(({ state }) => state === 'waiting');
    if (this.#sending || !upload) return;
    const { key, file } = upload;
    const abort = new AbortController();
    this.#sending = { key, abort };
    this.#change(key, { state: 'sending' });
    try {
      const sent = await this.#send(file, upload, (sentBytes) => this.#change(key, { sentBytes }), abort.signal);
      this.#files.set(sent.importId, file);
      this.#change(key, { state: 'done', sentBytes: file.size, ...sent });
    } catch (error) {
      const problem = asProblem(error, apiTexts.unreachable);
      this.#change(key, { state: 'refused', problem });
    }
    this.#sending = null;
    void this.#next();
  }

  #change(key: number, changes: Partial<Upload>): void {
    this.#set(this.#list.map((upload) => (upload.key === key ? { ...upload, ...changes } : upload)));
  }

  #set(list: readonly Upload[]): void {
    this.#list = list;
    for (const listener of this.#listeners) listener();
  }
}
