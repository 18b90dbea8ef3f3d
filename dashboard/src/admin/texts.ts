import { adminTitle } from './title.ts';

/** What the frame of the admin area says; each tab has a catalogue of its own beside it, loaded with the tab. */
export const adminTexts = {
  title: adminTitle,
  tabsLabel: 'Administration',
  tabs: {
    users: 'Users',
    clients: 'Clients',
    policies: 'Policies',
    queues: 'Queues',
    audit: 'Audit trail',
    health: 'Health',
  },
  page: (tab: string) => `${tab} · Admin`,
  keyboardGroup: 'Admin',
  keyboardSearch: 'Search',
  cancel: 'Cancel',
  refresh: 'Refresh',
  more: 'Show more',
  any: 'Any',
  clear: 'Clear filters',
  count: (n: number) => n.toLocaleString(),
  shown: (shown: number, total: number) => (shown === total ? `${total}` : `${shown} of ${total}`),
  adminsOnly: 'Only administrators see this',
  adminsOnlyWords: 'Ask an administrator if you need to know what was done.',
} as const;
