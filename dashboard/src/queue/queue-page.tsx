import { useTitle } from '../shared/use-title.ts';
import { queueTexts } from './texts.ts';

export function QueuePage() {
  useTitle(queueTexts.title);
  return <h1>{queueTexts.title}</h1>;
}
