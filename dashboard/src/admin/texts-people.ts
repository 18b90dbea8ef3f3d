/** What the tab of the users says. */
export const userTexts = {
  title: 'Users',
  table: 'Users',
  create: 'New user',
  columns: {
    name: 'Name',
    email: 'Email address',
    role: 'Role',
    active: 'Can sign in',
    since: 'Since',
    actions: 'Actions',
  },
  you: 'you',
  active: { true: 'Active', false: 'Deactivated' },
  filters: 'Filters of the users',
  search: 'Search by name or email address',
  role: 'Role',
  anyRole: 'Any role',
  state: 'State',
  anyState: 'Active and deactivated',
  none: 'No user matches',
  noneWords: 'Clear the filters to see everybody.',
  most: 'These are the first 500 users by name.',
  changeRole: 'Change role',
  deactivate: 'Deactivate',
  activate: 'Let in again',
  of: (action: string, name: string) => `${action}: ${name}`,
  may: {
    AGENT: 'Works on tickets, takes what nobody holds.',
    SUPERVISOR: 'Every ticket and alert, clients, imports and reports; may try out policies.',
    ADMIN: 'Everything, also users, policies and the audit trail.',
  },
  form: {
    name: 'Name',
    email: 'Email address',
    role: 'Role',
    password: 'Password',
    passwordHint: '8 characters to 72 bytes. Tell it to the user, who can change it; it is not shown again.',
    suggest: 'Suggest one',
    submit: 'Create user',
    done: (name: string) => `${name} can sign in now`,
  },
  roleDialog: {
    title: (name: string) => `Role of ${name}`,
    words: (name: string) => `${name} is signed out everywhere at once and signs in again with the new role.`,
    submit: 'Change role',
    done: (name: string, role: string) => `${name} is now: ${role}`,
  },
  deactivation: {
    title: (name: string) => `Deactivate ${name}?`,
    words: (name: string) =>
      `${name} is signed out everywhere at once and cannot sign in until somebody lets them in again.`,
    yourself: 'This is your own account: you are signed out at once.',
    tickets: (n: number) =>
      n === 0
        ? 'They hold no open ticket.'
        : n === 1
          ? 'They hold 1 open ticket, which stays with them:'
          : `They hold ${n.toLocaleString()} open tickets, which stay with them:`,
    seeTickets: 'see their tickets and hand them on',
    submit: 'Deactivate',
    done: (name: string) => `${name} was deactivated`,
  },
  activation: {
    title: (name: string) => `Let ${name} in again?`,
    words: (name: string, role: string) => `${name} can sign in with their password and works as: ${role}.`,
    submit: 'Let in again',
    done: (name: string) => `${name} can sign in again`,
  },
} as const;

/** What the tab of the clients says. */
export const clientTexts = {
  title: 'Clients',
  table: 'Clients',
  create: 'New client',
  columns: { name: 'Name', tier: 'Tier', open: 'Open tickets', since: 'Since', actions: 'Actions' },
  filters: 'Filters of the clients',
  search: 'Search by name',
  tier: 'Tier',
  anyTier: 'Any tier',
  none: 'No client matches',
  noneWords: 'Clear the filters, or add the client.',
  first: 'No clients yet',
  firstWords: 'Tickets belong to a client. Add the first one.',
  most: 'These are the first 500 by name. Search to see others.',
  edit: 'Edit',
  editOf: (name: string) => `Edit ${name}`,
  tickets: (name: string) => `Open tickets of ${name}`,
  form: {
    create: 'New client',
    edit: 'Edit client',
    name: 'Name',
    tier: 'Tier',
    promise: (time: string) => `Resolved within ${time}`,
    submitNew: 'Add client',
    submit: 'Save',
    submitTier: 'Save and change the tier',
    added: (name: string) => `${name} was added`,
    changed: (name: string) => `${name} was changed`,
    moves: (open: number, tier: string, time: string) =>
      open === 0
        ? `There is no open ticket. Later ones get the promise of ${tier}: ${time}.`
        : `${open === 1 ? 'The open ticket gets' : `All ${open.toLocaleString()} open tickets get`} the promise of ${tier}: ${time}, counted from ${open === 1 ? 'its' : 'their'} start.`,
    breaks:
      'Whatever is past the new due instant breaks its promise at once; changing the tier back does not undo that.',
  },
} as const;
