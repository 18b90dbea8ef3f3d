import { EVERYBODY } from '../api/use-session.ts';
import type { Area } from '../app/area.ts';
import { wallTitle } from './title.ts';

export const area: Area = {
  order: 20,
  roles: EVERYBODY,
  navigation: { to: '/escalations', label: wallTitle, icon: 'bell', key: 'e' },
  routes: [{ path: 'escalations', lazy: async () => ({ Component: (await import('./wall-page.tsx')).WallPage }) }],
};
