import { LEADS } from '../api/use-session.ts';
import type { Area } from '../app/area.ts';
import { reportsTitle } from './title.ts';

export const area: Area = {
  order: 40,
  roles: LEADS,
  navigation: { to: '/reports', label: reportsTitle, icon: 'chart', key: 'r' },
  routes: [{ path: 'reports', lazy: async () => ({ Component: (await import('./reports-page.tsx')).ReportsPage }) }],
};
