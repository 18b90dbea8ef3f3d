import type { DescribedError } from './observability/redaction.ts';

/** What a thread is sent: work, each piece with a number, or that it may go. */
export type ToWorkThread<Request> =
  | { readonly kind: 'request'; readonly number: number; readonly request: Request }
  | { readonly kind: 'end' };

/** What it sends: an answer to the request with that number, a line for the log, or that it has committed events. */
export type FromWorkThread<Answer> =
  | { readonly kind: 'answer'; readonly number: number; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly number: number; readonly error: DescribedError }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: Record<string, unknown>;
      readonly message: string;
    }
  | { readonly kind: 'news' };
