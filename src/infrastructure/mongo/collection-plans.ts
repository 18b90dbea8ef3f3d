import type { CollectionPlan } from './collections.ts';
import { REPORT_MARKS_PLAN } from './report-marks.ts';
import { TICKET_LOG_PLAN } from './ticket-logs.ts';

/** Every collection that the reports and the logs need. */
export const REPORT_COLLECTIONS: readonly CollectionPlan[] = [TICKET_LOG_PLAN, REPORT_MARKS_PLAN];
