import { EVERYBODY } from '../api/use-session.ts';
import type { Area } from '../app/area.ts';
import { queueTexts } from './texts.ts';

export const area: Area = {
  order: 10,
  roles: EVERYBODY,
  navigation: { to: '/queue', label: queueTexts.title, icon: 'queue', key: 'q' },
  routes: [{ path: 'queue', lazy: async () => ({ Component: (await import('./queue-page.tsx')).QueuePage }) }],
};
