import { LEADS } from '../api/use-session.ts';
import type { Area } from '../app/area.ts';
import { adminTitle } from './title.ts';

export const area: Area = {
  order: 90,
  roles: LEADS,
  navigation: { to: '/admin', label: adminTitle, icon: 'gear', key: 'a' },
  routes: [
    {
      path: 'admin',
      lazy: async () => ({ Component: (await import('./admin-frame.tsx')).AdminFrame }),
      children: [
        { index: true, lazy: async () => ({ Component: (await import('./admin-frame.tsx')).FirstTab }) },
        { path: 'users', lazy: async () => ({ Component: (await import('./users-page.tsx')).UsersPage }) },
        { path: 'clients', lazy: async () => ({ Component: (await import('./clients-page.tsx')).ClientsPage }) },
        { path: 'policies', lazy: async () => ({ Component: (await import('./policies-page.tsx')).PoliciesPage }) },
        { path: 'policies/:tier', lazy: async () => ({ Component: (await import('./policy-page.tsx')).PolicyPage }) },
        { path: 'queues', lazy: async () => ({ Component: (await import('./queues-page.tsx')).QueuesPage }) },
        { path: 'audit', lazy: async () => ({ Component: (await import('./audit-page.tsx')).AuditPage }) },
        { path: 'health', lazy: async () => ({ Component: (await import('./health-page.tsx')).HealthPage }) },
      ],
    },
  ],
};
