import { DomainError } from '../../domain/domain-error.ts';

/** Runs `work` so that whatever it calls finds `signal`. */
export type RunWithin = <T>(signal: AbortSignal, work: () => T) => T;

/** A time limit: `expired` rejects with TIMEOUT, and `signal` is aborted, when it passes before `clear`. */
export interface Deadline {
  readonly expired: Promise<never>;
  readonly signal: AbortSignal;
  /** Ends the time limit; aborts nothing. */
  clear(): void;
  /** Aborts what runs, since its caller has gone. */
  abandon(): void;
}

/** Of its time limit, whoever works in parts leaves so much to answer in. */
const KEPT_FOR_ANSWER = 0.1;

/** By their signals, since these are what the context of an operation carries. */
const aboutToEnd = new WeakMap<AbortSignal, () => AbortSignal>();

/**
 * A signal that is aborted shortly before the time limit with this `signal` passes, and when the caller has gone: whoever works in
 * parts begins no more of them and answers. undefined: there is no time limit.
 */
export function nearlyOver(signal: AbortSignal | undefined): AbortSignal | undefined {
  return signal && aboutToEnd.get(signal)?.();
}

/** Starts a time limit of `milliseconds`; with `when`, only once that calls its argument. */
export function startDeadline(milliseconds: number, when: (start: () => void) => void = (start) => start()): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let early: NodeJS.Timeout | undefined;
  let soon: AbortController | undefined;
  let startedAt = performance.now();
  let cleared = false;
  const clear = (): void => {
    cleared = true;
    clearTimeout(timer);
    clearTimeout(early);
  };
  aboutToEnd.set(controller.signal, () => {
    soon ??= new AbortController();
    const ending = soon;
    const left = startedAt + milliseconds * (1 - KEPT_FOR_ANSWER) - performance.now();
    if (left <= 0 || controller.signal.aborted) ending.abort();
    else if (!cleared) early ??= setTimeout(() => ending.abort(), left);
    return ending.signal;
  });
  const expired = new Promise<never>((_, reject) => {
    const expire = (): void => {
      const seconds = Math.round(milliseconds / 100) / 10;
      const error = new DomainError(
        'TIMEOUT',
        `This took longer than ${seconds} s and was given up. Ask for less at once.`,
        {},
      );
      reject(error);
      controller.abort(error);
    };
    when(() => {
      startedAt = performance.now();
      if (!cleared) timer = setTimeout(expire, milliseconds);
    });
  });
  // Nobody may be waiting any more when it passes.
  expired.catch(() => {});
  return {
    expired,
    signal: controller.signal,
    clear,
    abandon: () => {
      clear();
      soon?.abort();
      controller.abort();
    },
  };
}
