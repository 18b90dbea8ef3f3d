import { EVERYBODY } from '../api/use-session.ts';
import type { Area } from '../app/area.ts';
import { queueTitle } from './title.ts';

export const area: Area = {
  order: 10,
  roles: EVERYBODY,
  navigation: { to: '/queue', label: queueTitle, icon: 'queue', key: 'q' },
  routes: [{ path: 'queue', lazy: async () => ({ Component: (await import('./queue-page.tsx')).QueuePage }) }],
};
