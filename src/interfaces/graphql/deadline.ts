import { DomainError } from '../../domain/domain-error.ts';

/** A time limit: `expired` rejects with TIMEOUT, and `signal` is aborted, when it passes before `clear`. */
export interface Deadline {
  readonly expired: Promise<never>;
  readonly signal: AbortSignal;
  /** Ends the time limit; aborts nothing. */
  clear(): void;
  /** Aborts what runs, since its caller has gone. */
  abandon(): void;
}

/** Starts a time limit of `milliseconds`; with `when`, only once that calls its argument. */
export function startDeadline(milliseconds: number, when: (start: () => void) => void = (start) => start()): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let cleared = false;
  const clear = (): void => {
    cleared = true;
    clearTimeout(timer);
  };
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
      controller.abort();
    },
  };
}
