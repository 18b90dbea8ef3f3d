import type { Problem } from '../api/problem.ts';
import { Later } from './later.ts';
import { sharedTexts } from './texts.ts';

/** What is told to whoever is at work. */
export interface Notice {
  readonly title?: string;
  readonly message: string;
  readonly color: 'teal' | 'red';
  /** ms. */
  readonly autoClose: number;
  readonly styles?: { readonly description: { readonly whiteSpace: 'pre-line' } };
}

const closeButtonProps = { 'aria-label': sharedTexts.close };

/** What shows them. */
export const notices = new Later(() => import('./notices-shown.ts'));

let plain: readonly Notice[] = [];
const listeners = new Set<() => void>();

function setPlain(next: readonly Notice[]): void {
  plain = next;
  for (const listener of listeners) listener();
}

/** Notices that came while what shows them could not be loaded. */
export const plainNotices = {
  value: (): readonly Notice[] => plain,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  close: (notice: Notice): void => setPlain(plain.filter((each) => each !== notice)),
};

function show(notice: Notice): void {
  notices.get().then(
    ({ notifications }) => notifications.show({ ...notice, closeButtonProps }),
    // Away before it could be loaded; that is when there is most to be told.
    () => setPlain([...plain, notice]),
  );
}

/** Something was done. */
export function tellDone(message: string): void {
  show({ message, color: 'teal', autoClose: 4_000 });
}

/** Something was not done, and why; it stays until it is closed, since it says what to do. */
export function tellProblem(problem: Problem, title: string = sharedTexts.failed): void {
  show({ title, message: problem.message, color: 'red', autoClose: 12_000 });
}

/** Some of what was asked for was not done: why, a line for each reason. */
export function tellRefusals(title: string, reasons: readonly string[]): void {
  const styles = { description: { whiteSpace: 'pre-line' } } as const;
  show({ title, message: reasons.join('\n'), color: 'red', autoClose: 15_000, styles });
}
