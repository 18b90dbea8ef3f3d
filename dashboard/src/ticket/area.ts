import { EVERYBODY } from '../api/use-session.ts';
import type { Area } from '../app/area.ts';

export const area: Area = {
  order: 11,
  roles: EVERYBODY,
  routes: [
    { path: 'tickets/:reference', lazy: async () => ({ Component: (await import('./ticket-page.tsx')).TicketPage }) },
  ],
};
