import { sharedTexts } from '../shared/texts.ts';
import { wallTitle } from './title.ts';

const promises = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count.toLocaleString()} ${many}`;

/** What the wall of escalations says. */
export const wallTexts = {
  title: wallTitle,
  counted: (count: number) => `(${count}) ${wallTitle}`,
  mine: 'Of the tickets that you hold',
  waiting: {
    title: 'Nobody has taken these on',
    none: 'Nothing waits for you',
    noneWords: 'Every broken promise has been taken on. The next one appears here the moment it breaks.',
    level: (level: number) => (level === 0 ? 'Supervisors told' : `Level ${level}`),
    nextLevel: (level: number, time: string) => `level ${level} in ${time}`,
    nextLevelNow: (level: number) => `level ${level} now`,
    brokenFor: 'broken for',
    atOnce: (count: number) => `${count} broken promises at once`,
    clients: (count: number) => `and ${promises(count, 'other client', 'other clients')}`,
    acknowledge: 'Acknowledge',
    acknowledgeOne: (reference: string) => `Acknowledge ${reference}`,
    acknowledgeAll: (count: number) => `Acknowledge all ${count}`,
    done: (count: number) => (count === 1 ? 'You took 1 escalation on' : `You took ${count} escalations on`),
    refused: (count: number) => `${promises(count, 'escalation was', 'escalations were')} not taken on`,
    reason: (count: number, message: string) => (count === 1 ? message : `${count} × ${message}`),
    more: (count: number) => `Show ${count} more`,
    unread: (count: number) =>
      `${promises(count, 'more broken promise is', 'more broken promises are')} not on this wall.`,
    unreadLink: 'See them all in the queue',
    show: 'Show them',
    hide: 'Hide them',
  },
  taken: {
    title: 'Taken on, still broken',
    by: (name: string) => `taken on by ${name}`,
  },
  next: {
    title: 'Next due',
    none: 'Nothing is due: no clock runs at the moment.',
    holder: (name: string | undefined) => name ?? sharedTexts.nobody,
  },
  alerts: {
    title: 'Alerts',
    none: 'New alerts appear here as they come, also those of times when nobody looks.',
    clear: 'Clear the list',
    full: (length: number) => `The last ${length} alerts are listed.`,
    tells: (kind: 'AT_RISK' | 'BREACHED' | 'ESCALATED' | 'ACKNOWLEDGED', level: number, by: string | null) => {
      if (kind === 'AT_RISK') return 'is at risk';
      if (kind === 'BREACHED') return 'broke its promise';
      if (kind === 'ESCALATED') return `reached level ${level}`;
      return by === null ? 'was taken on' : `was taken on by ${by}`;
    },
    count: {
      AT_RISK: (count: number) => `${count} at risk`,
      BREACHED: (count: number) => `${count} broken`,
      ESCALATED: (count: number) => `${count} escalated further`,
      ACKNOWLEDGED: (count: number) => `${count} taken on`,
    },
    burst: (count: number) => `${count} alerts at once`,
    missed: (count: number) => (count === 1 ? '1 alert while you were away' : `${count} alerts while you were away`),
    away: 'while you were away',
  },
  away: {
    lost: (time: string, length: string) => `No connection since ${time}, for ${length}`,
    lostSaid: 'The connection was lost.',
    lostWords: 'What you see may be out of date. Alerts of the meantime come as soon as it is back.',
    back: (length: string) => `Live again after ${length}`,
    came: (count: number) => (count === 1 ? '1 alert came meanwhile' : `${count} alerts came meanwhile`),
  },
  expired: {
    title: 'Some alerts cannot be listed any more',
    words: (time: string) =>
      `You were away for longer than the log of events is kept. The wall shows what is broken now; the list of alerts begins anew at ${time}.`,
  },
  alarm: {
    label: 'How you are told',
    sound: { off: 'Sound off', on: 'Sound on', blocked: 'Sound: click once', denied: 'No sound' },
    soundHint: {
      off: 'A short tone when a promise breaks. It sounds once now, so that you know it.',
      on: 'A short tone when a promise breaks',
      blocked: 'The browser lets this page sound after a click anywhere on it.',
      denied: 'This browser has no sound for pages.',
    },
    desktop: {
      off: 'Notifications off',
      on: 'Notifications on',
      blocked: 'Notifications off',
      denied: 'Notifications blocked',
    },
    desktopHint: {
      off: 'Show a notification of the desktop when a promise is at risk or breaks; the browser asks you first.',
      on: 'A notification of the desktop when a promise is at risk or breaks',
      blocked: 'The browser has not allowed it yet.',
      denied: 'The browser blocks notifications of this page: allow them in its settings, over HTTPS.',
    },
  },
  keyboard: {
    group: 'Escalations',
    next: 'Next escalation',
    previous: 'Previous escalation',
    open: 'Open the ticket, or the group',
    acknowledge: 'Acknowledge the escalation, or the group',
    sound: 'Sound on or off',
  },
} as const;
