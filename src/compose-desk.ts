import { Breath } from './application/breath.ts';
import { createClient } from './application/client/create-client.ts';
import { getClient, listClients } from './application/client/list-clients.ts';
import { updateClient } from './application/client/update-client.ts';
import type { ImportStore } from './application/import/ports.ts';
import { Lanes } from './application/lanes.ts';
import { eventCursor } from './application/live/event-cursor.ts';
import { subscribeImportProgress } from './application/live/import-progress.ts';
import { listAlerts, ticketHistory } from './application/live/list-alerts.ts';
import { LiveGroups } from './application/live/live-groups.ts';
import { LiveHub } from './application/live/live-hub.ts';
import { subscribeSlaAlerts, subscribeTicketEvents } from './application/live/subscribe.ts';
import { TicketSnapshots } from './application/live/ticket-snapshots.ts';
import type { Clock, Logger, NewId, WakeUp } from './application/runtime.ts';
import type { CountAudited } from './application/sla/audit-clocks.ts';
import { DeadlineTimer } from './application/sla/deadline-timer.ts';
import { type DetectionLag, detectBreaches } from './application/sla/detect-breaches.ts';
import { listPolicyHistory } from './application/sla/list-policy-history.ts';
import { listSlaPolicies } from './application/sla/list-sla-policies.ts';
import { moveAfterEdit } from './application/sla/move-after-edit.ts';
import { moveOutdatedClocks } from './application/sla/move-outdated-clocks.ts';
import { previewSlaPolicy } from './application/sla/preview-sla-policy.ts';
import { setSlaPolicy } from './application/sla/set-sla-policy.ts';
import { acknowledgeEscalation } from './application/ticket/acknowledge-escalation.ts';
import { addComment } from './application/ticket/add-comment.ts';
import { assignTicket } from './application/ticket/assign-ticket.ts';
import { bulkAssignTickets } from './application/ticket/bulk-assign-tickets.ts';
import { bulkChangeTicketStatus } from './application/ticket/bulk-change-ticket-status.ts';
import { changeTicketStatus } from './application/ticket/change-ticket-status.ts';
import { createTicket } from './application/ticket/create-ticket.ts';
import { deleteTicket } from './application/ticket/delete-ticket.ts';
import { getTicket } from './application/ticket/get-ticket.ts';
import { listComments } from './application/ticket/list-comments.ts';
import { listTickets } from './application/ticket/list-tickets.ts';
import { restoreTicket } from './application/ticket/restore-ticket.ts';
import { tabulateTickets } from './application/ticket/tabulate-tickets.ts';
import { updateTicket } from './application/ticket/update-ticket.ts';
import { NO_TRAIL } from './application/trail/audit-trail.ts';
import type { Trail } from './application/trail/ports.ts';
import type { Users } from './application/user/ports.ts';
import { composeAudit } from './compose-audit.ts';
import { PostgresClientStore } from './infrastructure/postgres/client-store.ts';
import { PostgresClockSlices } from './infrastructure/postgres/clock-slices.ts';
import { PostgresCommentStore } from './infrastructure/postgres/comment-store.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { PostgresEventLog } from './infrastructure/postgres/event-log-reader.ts';
import { PostgresOpenClocks } from './infrastructure/postgres/open-clocks.ts';
import { PostgresOutdatedClocks } from './infrastructure/postgres/outdated-clocks.ts';
import { PostgresPolicyStore } from './infrastructure/postgres/policy-store.ts';
import { PostgresTicketStore } from './infrastructure/postgres/ticket-store.ts';

export interface DeskParts {
  /** For the API: its statements are cancelled when they take too long. */
  readonly db: Database;
  /** For background work. */
  readonly workDb: Database;
  /** For what must never wait behind others: the hub, deadlines and their detection. `workDb` unless given. */
  readonly watchDb?: Database;
  /** For what subscriptions read. `db` unless given. */
  readonly liveDb?: Database;
  /** For what probes and scrapes count. `workDb` unless given. */
  readonly probeDb?: Database;
  readonly users: Users;
  readonly imports: Pick<ImportStore, 'find'>;
  readonly wakeUp: WakeUp;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly fingerprint: (text: string) => string;
  readonly logger: Logger;
  readonly observeLag: DetectionLag;
  /** Told what the self-audit found; nobody is unless given. */
  readonly countAudited?: CountAudited;
  /** Each ticket of a bulk mutation has an entry of its own there; nobody keeps one unless given. */
  readonly trail?: Trail;
  /** Asks for the rest of a policy move in the background. */
  readonly scheduleMore: () => Promise<void>;
  readonly maxBacklog: number;
  /** Tickets of bulk mutations that are changed at a time, of all callers together; 4 unless given. */
  readonly bulkLanes?: number;
}

/** About 3 ms of handing frames to sockets. */
const FRAMES_PER_TURN = 250;

/** Tickets, clients, SLA clocks and live events. */
export function composeDesk(parts: DeskParts) {
  const { db, workDb, users, clock, newId, wakeUp, logger } = parts;
  const { watchDb = workDb, liveDb = db, probeDb = workDb } = parts;
  const policies = new PostgresPolicyStore(db);
  const tickets = new PostgresTicketStore(db, policies);
  const clients = new PostgresClientStore(db);
  const comments = new PostgresCommentStore(db);
  const log = new PostgresEventLog(db);
  const slices = new PostgresClockSlices(watchDb, policies);
  const counts = new PostgresClockSlices(probeDb, policies);
  const outdated = new PostgresOutdatedClocks(workDb, policies);
  const assignees = { isActive: async (id: string) => (await users.byIds([id]))[0]?.active === true };
  const now = () => clock.now().getTime();

  const hub = new LiveHub({ log: new PostgresEventLog(watchDb), wakeUp, logger });
  // Whoever listens hears of a breach while requests queue.
  const snapshots = new TicketSnapshots(new PostgresTicketStore(liveDb, policies), now);
  const { maxBacklog } = parts;
  const groups = new LiveGroups({ hub, maxBacklog, now, breath: new Breath(FRAMES_PER_TURN) });
  const live = { log: new PostgresEventLog(liveDb), hub, groups, tickets, snapshots, maxBacklog, now };

  const deps = { tickets, clients, comments, policies, assignees, log, clock, newId, fingerprint: parts.fingerprint };
  const move = moveOutdatedClocks({ outdated, clock, newId, log: logger, scheduleMore: parts.scheduleMore });
  const detect = detectBreaches({ slices, clock, newId, observeLag: parts.observeLag });
  const moving = { ...deps, moveAfterEdit: moveAfterEdit({ moveOutdatedClocks: move, log: logger }) };
  const audit = composeAudit({ db: workDb, clock, logger, countAudited: parts.countAudited });

  const mutations = {
    createTicket: createTicket(deps),
    updateTicket: updateTicket(deps),
    changeTicketStatus: changeTicketStatus(deps),
    assignTicket: assignTicket(deps),
    deleteTicket: deleteTicket(deps),
    restoreTicket: restoreTicket(deps),
    addComment: addComment(deps),
    acknowledgeEscalation: acknowledgeEscalation(deps),
  };
  const each = { ...mutations, trail: parts.trail ?? NO_TRAIL, lanes: new Lanes(parts.bulkLanes ?? 4) };

  return {
    queries: {
      getTicket: getTicket(deps),
      listTickets: listTickets(deps),
      tabulateTickets: tabulateTickets(deps),
      listComments: listComments(deps),
      ticketHistory: ticketHistory(deps),
    },
    mutations,
    bulk: { bulkAssignTickets: bulkAssignTickets(each), bulkChangeTicketStatus: bulkChangeTicketStatus(each) },
    clients: {
      createClient: createClient(deps),
      updateClient: updateClient(moving),
      listClients: listClients(deps),
      getClient: getClient(deps),
    },
    sla: {
      listSlaPolicies: listSlaPolicies(deps),
      listPolicyHistory: listPolicyHistory(deps),
      previewSlaPolicy: previewSlaPolicy({ openClocks: new PostgresOpenClocks(db, policies), clock }),
      setSlaPolicy: setSlaPolicy(moving),
    },
    live: { eventCursor: eventCursor(deps), listAlerts: listAlerts(deps) },
    subscriptions: {
      slaAlerts: subscribeSlaAlerts(live),
      ticketEvents: subscribeTicketEvents(live),
      importProgress: subscribeImportProgress({ ...live, imports: parts.imports }),
    },
    stores: { tickets, clients, comments, policies, log },
    jobs: { detectBreaches: detect, moveOutdatedClocks: move },
    /** The self-audit of every clock at once: no mismatch, or the log tells another story than the rows. */
    auditAll: audit.auditAll,
    auditShare: audit.auditShare,
    auditTickets: audit.auditTickets,
    clockCounts: () => counts.counts(clock.now()),
    overdueUnalerted: () => counts.overdueUnalerted(clock.now()),
    hub,
    liveGroups: groups,
    deadlineTimer: new DeadlineTimer({ deadlines: slices, detectBreaches: detect, wakeUp, clock, log: logger }),
  };
}

export type Desk = ReturnType<typeof composeDesk>;
