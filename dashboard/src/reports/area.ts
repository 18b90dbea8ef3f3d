import { LEADS } from '../api/use-session.ts';
import type { Area } from '../app/area.ts';
import { reportTexts } from './texts.ts';

export const area: Area = {
  order: 40,
  roles: LEADS,
  navigation: { to: '/reports', label: reportTexts.title, icon: 'chart', key: 'r' },
  routes: [{ path: 'reports', lazy: async () => ({ Component: (await import('./reports-page.tsx')).ReportsPage }) }],
};
