import type { FeedEntry, WallAlert } from './alert-feed.ts';
import { wallTexts } from './texts.ts';

/** What is said aloud, in words, of alerts that came together. */
export interface Announcement {
  /** Of the same alerts in two tabs: one notification takes the place of the other. */
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  /** Something broke, or reached the next level: worth a tone. */
  readonly isUrgent: boolean;
}

const URGENT: readonly WallAlert['kind'][] = ['BREACHED', 'ESCALATED'];
const ORDER: readonly WallAlert['kind'][] = ['BREACHED', 'ESCALATED', 'AT_RISK', 'ACKNOWLEDGED'];

/** How many there are of each kind, such as "3 broken, 1 taken on". */
export function countWords(alerts: readonly Pick<WallAlert, 'kind'>[]): string {
  return ORDER.flatMap((kind) => {
    const count = alerts.filter((alert) => alert.kind === kind).length;
    return count === 0 ? [] : [wallTexts.alerts.count[kind](count)];
  }).join(', ');
}

/** What to say of new alerts; null: nothing. Whoever takes something on need not be told so by a bell. */
export function announcementOf(entries: readonly FeedEntry[]): Announcement | null {
  const told = entries.map(({ alert }) => alert).filter(({ kind }) => kind !== 'ACKNOWLEDGED');
  const [first] = told;
  if (!first) return null;
  const isUrgent = told.some(({ kind }) => URGENT.includes(kind));
  if (told.length === 1) {
    const { ticket } = first;
    const title = `${ticket.reference} ${wallTexts.alerts.tells(first.kind, first.escalationLevel, null)}`;
    return { tag: first.id, title, body: `${ticket.client.name} · ${ticket.title}`, isUrgent };
  }
  const body = told.slice(0, 4).map(({ ticket }) => `${ticket.reference} ${ticket.title}`);
  return { tag: first.id, title: countWords(told), body: body.join('\n'), isUrgent };
}

/** off: nobody asked for it; on; blocked: wanted, but the browser waits for a click; denied: the browser or its owner said no. */
export type AlarmState = 'off' | 'on' | 'blocked' | 'denied';

/** Hertz and seconds: two short tones, the second higher. */
const TONES = [
  { at: 0, hertz: 660 },
  { at: 0.17, hertz: 880 },
] as const;
const TONE_SECONDS = 0.15;
const VOLUME = 0.18;

/** The tone of the wall. Browsers let a page sound once somebody has clicked on it. */
export class Bell {
  #context: AudioContext | null = null;
  #isWanted = false;

  get state(): AlarmState {
    if (!this.#isWanted) return 'off';
    return this.#context?.state === 'running' ? 'on' : 'blocked';
  }

  /** After a click it sounds; before any it waits, and `state` is blocked. */
  async turn(isWanted: boolean): Promise<void> {
    this.#isWanted = isWanted;
    if (!isWanted) return;
    this.#context ??= new AudioContext();
    // Without a click this waits for one, perhaps for ever.
    if (navigator.userActivation?.hasBeenActive ?? true) await this.#context.resume().catch(() => undefined);
  }

  /** Sounds, when it may. */
  ring(): void {
    const context = this.#context;
    if (this.state !== 'on' || !context) return;
    for (const { at, hertz } of TONES) {
      const begin = context.currentTime + at;
      const loudness = context.createGain();
      loudness.connect(context.destination);
      // A tone that begins or ends at full strength clicks.
      loudness.gain.setValueAtTime(0, begin);
      loudness.gain.linearRampToValueAtTime(VOLUME, begin + 0.015);
      loudness.gain.exponentialRampToValueAtTime(0.001, begin + TONE_SECONDS);
      const tone = context.createOscillator();
      tone.frequency.value = hertz;
      tone.connect(loudness);
      tone.start(begin);
      tone.stop(begin + TONE_SECONDS);
    }
  }

  close(): void {
    void this.#context?.close();
    this.#context = null;
  }
}

/** Whether this browser can show notifications for this page; over plain HTTP from elsewhere it cannot. */
export function canNotify(): boolean {
  return 'Notification' in globalThis && globalThis.isSecureContext;
}

/** Shows a notification of the desktop; a click on it comes back to the wall. False: this browser shows none from a page. */
export function notifyDesktop({ title, body, tag }: Announcement): boolean {
  try {
    const shown = new Notification(title, { body, tag, icon: '/favicon.svg' });
    shown.addEventListener('click', () => {
      globalThis.focus();
      shown.close();
    });
    return true;
  } catch {
    return false;
  }
}
