import { notifications } from '@mantine/notifications';
import type { Problem } from '../api/problem.ts';
import { sharedTexts } from './texts.ts';

/** Something was done. */
export function tellDone(message: string): void {
  notifications.show({ message, color: 'teal', autoClose: 4_000 });
}

/** Something was not done, and why; it stays until it is closed, since it says what to do. */
export function tellProblem(problem: Problem, title: string = sharedTexts.failed): void {
  notifications.show({ title, message: problem.message, color: 'red', autoClose: 12_000 });
}
