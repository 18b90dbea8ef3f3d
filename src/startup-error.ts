/**
 * The process cannot start, and the person who started it can do something about it.
 * `message` is one sentence for that person, saying what to do; `main.ts` prints it without a stack and exits 1.
 */
export class StartupError extends Error {
  override readonly name: string = 'StartupError';
}

/** True for an error of the operating system (ENOENT, EACCES, …) with one of `codes`; with no codes, for any of them. */
export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return codes.length === 0 || codes.includes(error.code);
}

/**
 * The sentence for a file operation that failed while the folder `folder` was being prepared.
 * Errors that are not the operating system's are passed through: they are bugs and keep their stack.
 */
export function folderProblem(folder: string, error: unknown): unknown {
  if (error instanceof StartupError || !isSystemError(error)) return error;
  const because = { cause: error };
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return new StartupError(
        `The folder ${folder} is not writable for this user: change its owner or permissions, or set DATA_DIR to another folder.`,
        because,
      );
    case 'EROFS':
      return new StartupError(
        `The folder ${folder} is read-only: set DATA_DIR to a folder on a writable disk.`,
        because,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new StartupError(
        `The disk of the folder ${folder} is full: free some space, or set DATA_DIR to a folder on another disk.`,
        because,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new StartupError(
        `${folder} cannot be a folder because a file is in its way: move the file, or set DATA_DIR to another folder.`,
        because,
      );
    default:
      return new StartupError(
        `The folder ${folder} cannot be used (${error.message}): set DATA_DIR to another folder.`,
        because,
      );
  }
}
