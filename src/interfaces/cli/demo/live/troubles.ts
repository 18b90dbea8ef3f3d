/** A made-up problem as a client tells it, and what the desk says on the way to its end. */
export interface Trouble {
  readonly title: string;
  readonly description: string;
  /** 1 urgent to 4 low. */
  readonly priority: number;
  readonly tags: readonly string[];
  readonly firstWords: string;
  /** What the agent has to ask, where something has to be asked. */
  readonly question?: string;
  readonly solution: string;
}

export const TROUBLES: readonly Trouble[] = [
  {
    title: 'Nobody can sign in to the portal',
    description: 'Since 8:40 everybody gets "session expired" right after the password. It concerns the whole site.',
    priority: 1,
    tags: ['sign-in', 'outage'],
    firstWords: 'I see it too. Looking at the certificate of the identity provider first.',
    solution: 'The signing certificate had run out at 8:38. A new one is in place, and its end is now watched.',
  },
  {
    title: 'Label printer prints every label twice',
    description: 'Dock 3, the new printer. Started after the driver update of last night.',
    priority: 3,
    tags: ['printing', 'warehouse'],
    firstWords: 'Thank you, the update went to four printers. Checking the others as well.',
    question: 'Does it also happen with the test page from the menu of the printer itself?',
    solution: 'The driver had "copies" set to 2. Set to 1 for all four.',
  },
  {
    title: 'Invoice export is missing the last day',
    description: 'The CSV of today ends on Saturday. Accounting needs Sunday before noon.',
    priority: 2,
    tags: ['export', 'billing'],
    firstWords: 'The nightly job ended early. Running it again for Sunday.',
    solution: 'Sunday is in the folder. The job had met a locked file; it now waits and tries again.',
  },
  {
    title: 'VPN drops every ten minutes',
    description: 'Working from home, cable connection. Video calls break off, then it connects again by itself.',
    priority: 3,
    tags: ['vpn', 'network'],
    firstWords: 'Ten minutes sounds like the idle timer. Looking at your profile.',
    question: 'Could you tell us the version that the client shows under "About"?',
    solution: 'An old profile was in use. The new one has been sent, and the connection has held for an hour.',
  },
  {
    title: 'Webshop answers 502 at the payment step',
    description: 'About every third order fails. Customers call us.',
    priority: 1,
    tags: ['webshop', 'outage'],
    firstWords: 'One of three payment workers is out of memory. Taking it out of rotation now.',
    solution: 'The worker was restarted with the limit it should have had. No 502 for 20 minutes.',
  },
  {
    title: 'New colleague needs access to the shared calendar',
    description: 'Joana Reis starts on Monday and should see and edit the team calendar.',
    priority: 4,
    tags: ['access'],
    firstWords: 'Welcome to her. Asking for the consent of the owner.',
    solution: 'She has access; the invitation is in her inbox.',
  },
  {
    title: 'Scanner in the warehouse reads “0” as “O”',
    description: 'Article numbers with zeros come out wrong, so that the booking refuses them.',
    priority: 2,
    tags: ['scanner', 'warehouse'],
    firstWords: 'Probably the symbology after the battery change. Sending the reset sheet.',
    question: 'Is it one scanner, or all of the same model?',
    solution: 'After scanning the reset sheet it reads correctly.',
  },
  {
    title: 'Dashboard shows yesterday’s stock',
    description: 'The time at the top is of yesterday, 23:58.',
    priority: 3,
    tags: ['reports'],
    firstWords: 'The refresh waits for a table that is being rebuilt. Watching it.',
    solution: 'The rebuild is done, the numbers are of this hour.',
  },
  {
    title: 'Password reset mail never arrives',
    description: 'Tried four times, looked into spam. Others in the office get theirs.',
    priority: 3,
    tags: ['sign-in', 'mail'],
    firstWords: 'Your address is on the bounce list since Friday. Finding out why.',
    solution: 'The mailbox had been full. The address is off the list, and the mail has arrived.',
  },
  {
    title: 'Remote desktop is frozen on a blue screen',
    description: 'Machine FIN-07. Month-end closing is running there.',
    priority: 2,
    tags: ['desktop'],
    firstWords: 'Connecting by the console so that the closing goes on.',
    question: 'May we end the spreadsheet program on it? The closing itself runs apart.',
    solution: 'The session is back; the closing ran through.',
  },
];
