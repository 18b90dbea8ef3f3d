import type { ApiClient } from './api-client.ts';

export interface Alert {
  readonly id: string;
  readonly kind: 'AT_RISK' | 'BREACHED' | 'ESCALATED' | 'ACKNOWLEDGED';
  readonly action: 'ESCALATE' | 'NOTIFY_SUPERVISOR' | null;
  readonly ticket: { readonly id: string };
  readonly escalationLevel: number;
  readonly dueAt: string;
  readonly occurredAt: string;
}

export interface TicketEvent {
  readonly type: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly occurredAt: string;
}

/** Something that arrived over the WebSocket, and when (milliseconds since 1970). */
export interface Sighting<T> {
  readonly seen: T;
  readonly at: number;
}

/** What the subscriptions have told about one ticket. Nothing is missed, however late one asks. */
export interface AlertWatch {
  alert(kind: Alert['kind']): Promise<Sighting<Alert>>;
  event(isMeant: (event: TicketEvent) => boolean): Promise<Sighting<TicketEvent>>;
  /** Rejects with a sentence when a subscription breaks off; resolves after `stop`. */
  readonly done: Promise<unknown>;
  stop(): void;
}

/** Listens to the alerts and events of the ticket `ticketId`, from the event cursor `after` on. */
export function watchTicket(api: ApiClient, ticketId: string, after: string): AlertWatch {
  const alerts = createSightings<Alert>();
  const events = createSightings<TicketEvent>();
  const listening = [
    api.listen<{ slaAlerts: Alert }>(
      `subscription Alerts($after: String) {
        slaAlerts(after: $after) { id kind action ticket { id } escalationLevel dueAt occurredAt }
      }`,
      { after },
      ({ slaAlerts }) => {
        if (slaAlerts.ticket.id === ticketId) alerts.see(slaAlerts);
      },
    ),
    api.listen<{ ticketEvents: TicketEvent }>(
      `subscription Events($after: String, $ticketId: ID) {
        ticketEvents(after: $after, ticketId: $ticketId) { type from to occurredAt }
      }`,
      { after, ticketId },
      ({ ticketEvents }) => events.see(ticketEvents),
    ),
  ];
  const done = Promise.all(listening.map((one) => one.done));
  // It may break off while nobody waits for it yet; whoever waits later still gets the error.
  done.catch(() => undefined);
  return {
    alert: (kind) => alerts.first((alert) => alert.kind === kind),
    event: events.first,
    done,
    stop: () => {
      for (const { stop } of listening) stop();
    },
  };
}

/** Remembers what was seen and when, for those who ask before and those who ask after. */
function createSightings<T>() {
  const sightings: Sighting<T>[] = [];
  const waiting = new Set<(sighting: Sighting<T>) => void>();
  return {
    see(seen: T): void {
      const sighting = { seen, at: Date.now() };
      sightings.push(sighting);
      for (const tell of [...waiting]) tell(sighting);
    },
    first(isMeant: (seen: T) => boolean): Promise<Sighting<T>> {
      const known = sightings.find(({ seen }) => isMeant(seen));
      if (known) return Promise.resolve(known);
      return new Promise((resolve) => {
        const tell = (sighting: Sighting<T>): void => {
          if (!isMeant(sighting.seen)) return;
          waiting.delete(tell);
          resolve(sighting);
        };
        waiting.add(tell);
      });
    },
  };
}
