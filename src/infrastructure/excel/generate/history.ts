import type { TicketStatus } from '../../../domain/enums.ts';
import type { ImportedLog } from '../../../domain/import-row.ts';
import { type GeneratedAgent, type GeneratedClient, generateAgents, generateClients } from './people.ts';
import type { Random } from './random.ts';
import { generateTitle } from './titles.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const HISTORY_DAYS = 548;

/** Minutes: what each tier was promised, and in what time half of its tickets are resolved. */
const TARGET = { VIP: 120, NORMAL: 1440 } as const;
const USUAL = { VIP: 55, NORMAL: 460 } as const;
const SPREAD = { VIP: 0.6, NORMAL: 0.75 } as const;
const URGENCY = [0.6, 0.8, 1, 1.25] as const;

/**
 * `count` tickets of a desk's last year and a half, oldest first: more on weekdays and in office hours, VIPs served sooner, late
 * ones mostly escalated, all done but the latest. Valid by the import's rules, and the same for the same chance and `now`.
 */
export function* generateHistory(count: number, now: Date, random: Random): Generator<ImportedLog> {
  const clients = generateClients(random);
  const agents = generateAgents(random);
  for (const [index, createdAt] of creationTimes(count, now, random).entries()) {
    // Squared, so that some clients call far more often than others.
    const client = clients[Math.floor(random.next() ** 2 * clients.length)] ?? clients[0];
    yield ticket(`T-${100_000 + index}`, client, random.pick(agents), new Date(createdAt), now, random);
  }
}

function ticket(
  externalId: string,
  client: GeneratedClient,
  agent: GeneratedAgent,
  createdAt: Date,
  now: Date,
  random: Random,
): ImportedLog {
  const priority = random.pick(client.tier === 'VIP' ? [1, 1, 2, 2, 2, 3] : [1, 2, 2, 3, 3, 3, 3, 4, 4]);
  const factor = agent.pace * (URGENCY[priority - 1] ?? 1) * random.logNormal(SPREAD[client.tier]);
  const minutes = Math.max(2, USUAL[client.tier] * factor);
  const resolvedAt = new Date(createdAt.getTime() + Math.round(minutes * 60) * 1000);
  const done = resolvedAt <= now;
  const spent = done ? minutes : (now.getTime() - createdAt.getTime()) / MINUTE_MS;
  const escalationLevel = escalation(spent > TARGET[client.tier], random);
  const status = done ? doneStatus(resolvedAt, now, random) : openStatus(escalationLevel, spent, random);
  return {
    externalId,
    clientName: client.name,
    clientType: client.tier,
    status,
    createdAt,
    resolvedAt: done ? resolvedAt : null,
    agent: status === 'OPEN' ? null : agent.email,
    priority: random.chance(0.02) ? null : priority,
    escalationLevel,
    title: random.chance(0.01) ? null : generateTitle(random),
  };
}

function escalation(late: boolean, random: Random): number {
  if (!random.chance(late ? 0.85 : 0.03)) return 0;
  return late && random.chance(0.3) ? random.whole(2, 3) : 1;
}

function doneStatus(resolvedAt: Date, now: Date, random: Random): TicketStatus {
  const old = now.getTime() - resolvedAt.getTime() > 7 * DAY_MS;
  return random.chance(old ? 0.9 : 0.2) ? 'CLOSED' : 'RESOLVED';
}

function openStatus(escalationLevel: number, spentMinutes: number, random: Random): TicketStatus {
  if (escalationLevel > 0) return 'ESCALATED';
  if (spentMinutes < 20) return 'OPEN';
  return random.pick(['IN_PROGRESS', 'IN_PROGRESS', 'PENDING']);
}

/** Whole seconds, sorted, the last at most `now`. Drawn evenly and kept as often as people call at such an hour. */
function creationTimes(count: number, now: Date, random: Random): readonly number[] {
  const end = Math.floor(now.getTime() / 1000) * 1000;
  const times: number[] = [];
  while (times.length < count) {
    const back = random.next();
    const time = end - Math.floor(back * HISTORY_DAYS * 86_400) * 1000;
    // The desk grows: a year and a half ago it had two thirds of today's tickets.
    if (random.chance(callShare(new Date(time)) * (1 - back / 3))) times.push(time);
  }
  return times.sort((left, right) => left - right);
}

function callShare(at: Date): number {
  const hour = at.getUTCHours();
  const byHour = hour >= 8 && hour < 17 ? 1 : hour >= 6 && hour < 20 ? 0.35 : 0.05;
  const weekend = at.getUTCDay() === 0 || at.getUTCDay() === 6;
  return weekend ? byHour * 0.15 : byHour;
}
