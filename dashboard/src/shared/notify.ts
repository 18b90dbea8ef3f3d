import { notifications } from '@mantine/notifications';
import type { Problem } from '../api/problem.ts';
import { sharedTexts } from './texts.ts';

const closeButtonProps = { 'aria-label': sharedTexts.close };

/** Something was done. */
export function tellDone(message: string): void {
  notifications.show({ message, color: 'teal', autoClose: 4_000, closeButtonProps });
}

/** Something was not done, and why; it stays until it is closed, since it says what to do. */
export function tellProblem(problem: Problem, title: string = sharedTexts.failed): void {
  notifications.show({ title, message: problem.message, color: 'red', autoClose: 12_000, closeButtonProps });
}

/** Some of what was asked for was not done: why, a line for each reason. */
export function tellRefusals(title: string, reasons: readonly string[]): void {
  const styles = { description: { whiteSpace: 'pre-line' } } as const;
  notifications.show({ title, message: reasons.join('\n'), color: 'red', autoClose: 15_000, closeButtonProps, styles });
}
