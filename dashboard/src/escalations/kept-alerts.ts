/** What is kept of the alerts on this browser, for one person: places in the log and ids, nothing of what they say. */
export interface KeptAlerts {
  /** The cursor behind which the list begins. */
  readonly from: string;
  /** The cursor of the last alert that was seen. */
  readonly last: string;
  /** Ids of the alerts behind `from` that were seen. */
  readonly seen: readonly string[];
}

/** How somebody wants to be told. */
export interface KeptAlarm {
  readonly sound: boolean;
  readonly desktop: boolean;
}

const ALERTS = 'techsupport-alerts';
const ALARM = 'techsupport-alarm';

/** What is kept for `userId`; null: nothing that can be used. */
export function keptAlerts(storage: Pick<Storage, 'getItem'>, userId: string): KeptAlerts | null {
  const { from, last, seen } = read(storage, `${ALERTS}:${userId}`);
  if (typeof from !== 'string' || typeof last !== 'string' || !Array.isArray(seen)) return null;
  return { from, last, seen: seen.filter((id) => typeof id === 'string') };
}

export function keepAlerts(storage: Pick<Storage, 'setItem'>, userId: string, kept: KeptAlerts): void {
  write(storage, `${ALERTS}:${userId}`, kept);
}

/** Silent until somebody asks for more. */
export function keptAlarm(storage: Pick<Storage, 'getItem'>, userId: string): KeptAlarm {
  const { sound, desktop } = read(storage, `${ALARM}:${userId}`);
  return { sound: sound === true, desktop: desktop === true };
}

export function keepAlarm(storage: Pick<Storage, 'setItem'>, userId: string, kept: KeptAlarm): void {
  write(storage, `${ALARM}:${userId}`, kept);
}

function read(storage: Pick<Storage, 'getItem'>, key: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? 'null');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A browser that keeps nothing, or no more, still shows everything: it only begins anew at the next visit. */
function write(storage: Pick<Storage, 'setItem'>, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    console.warn('This browser keeps nothing of the alerts.');
  }
}
