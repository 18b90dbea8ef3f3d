import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from 'node:fs';

const maxBytes = 10 * 1024 * 1024;
const checkMs = 60_000;
const tailBytes = 16_384;

/**
 * Keeps the server's log under about 10 MB, and the one before it as `<path>.1`, now and once a minute.
 * The server holds the file open for appending, so it is emptied, not replaced.
 * @returns the timer, which does not keep the process alive.
 */
export function keepSmall(path: string): NodeJS.Timeout {
  const check = () => {
    if (sizeOf(path) <= maxBytes) return;
    try {
      copyFileSync(path, `${path}.1`);
      truncateSync(path);
    } catch {
      // A full disk: emptying can wait, the server does not depend on it.
    }
  };
  check();
  return setInterval(check, checkMs).unref();
}

/** Size in bytes; 0 when there is no such file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What the server complained of last, after the byte `from` of its log: without time and pid. */
export function lastProblem(path: string, from: number): string | undefined {
  const size = sizeOf(path);
  const start = Math.max(from, size - tailBytes);
  if (start >= size) return undefined;
  const buffer = Buffer.alloc(size - start);
  const file = openSync(path, 'r');
  try {
    readSync(file, buffer, 0, buffer.length, start);
  } finally {
    closeSync(file);
  }
  const lines = buffer.toString('utf8').split('\n').filter(Boolean);
  const serious = lines.filter((line) => /(FATAL|PANIC): /.test(line) || /error while loading|not found/.test(line));
  return serious.at(-1)?.replace(/^.*?(FATAL|PANIC): +/, '');
}
