import type { NotificationData } from '@mantine/notifications';
import type { Problem } from '../api/problem.ts';
import { Later } from './later.ts';
import { sharedTexts } from './texts.ts';

const closeButtonProps = { 'aria-label': sharedTexts.close };

/** What shows them. */
export const notices = new Later(() => import('./notices-shown.ts'));

function show(notice: NotificationData): void {
  notices.get().then(
    ({ notifications }) => notifications.show({ ...notice, closeButtonProps }),
    // Away before it could be loaded: said once that is possible.
    () => addEventListener('online', () => show(notice), { once: true }),
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
