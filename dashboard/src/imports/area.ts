import { LEADS } from '../api/use-session.ts';
import type { Area } from '../app/area.ts';
import { importsTitle } from './title.ts';

export const area: Area = {
  order: 30,
  roles: LEADS,
  navigation: { to: '/imports', label: importsTitle, icon: 'upload', key: 'i' },
  routes: [
    { path: 'imports', lazy: async () => ({ Component: (await import('./imports-page.tsx')).ImportsPage }) },
    { path: 'imports/:id', lazy: async () => ({ Component: (await import('./import-page.tsx')).ImportPage }) },
  ],
};
