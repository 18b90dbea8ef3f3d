import type { CollectionPlan } from './collections.ts';
import { IMPORT_COLLECTIONS } from './imports/plans.ts';
import { REPORT_MARKS_PLAN } from './report-marks.ts';
import { PROJECTION_PLAN } from './reports/projections.ts';
import { AGENT_PLAN, STRETCH_PLAN } from './reports/stretches.ts';
import { STORE_MOVE_PLAN } from './store-move.ts';
import { TICKET_LOG_PLAN } from './ticket-logs.ts';

/** Every collection that the logs and the reports need. */
export const REPORT_COLLECTIONS: readonly CollectionPlan[] = [
  TICKET_LOG_PLAN,
  REPORT_MARKS_PLAN,
  PROJECTION_PLAN,
  STRETCH_PLAN,
  AGENT_PLAN,
  STORE_MOVE_PLAN,
];

/** Every collection that is kept in MongoDB. */
export const STORE_COLLECTIONS: readonly CollectionPlan[] = [...REPORT_COLLECTIONS, ...IMPORT_COLLECTIONS];
