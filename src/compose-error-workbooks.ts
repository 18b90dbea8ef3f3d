import type { ErrorWorkbookLinks } from './application/import/error-workbook-links.ts';
import { checkErrorWorkbookLink, openErrorWorkbook } from './application/import/open-error-workbook.ts';
import type { ImportStores } from './application/import/ports.ts';
import type { Clock } from './application/runtime.ts';
import { ThreadedWorkbookWriter } from './infrastructure/excel/threaded-workbook-writer.ts';
import type { Metrics } from './infrastructure/observability/metrics.ts';
import { Admission } from './interfaces/graphql/admission.ts';
import { type ErrorWorkbookRouteDeps, errorWorkbookPath } from './interfaces/http/error-workbook-route.ts';

/** Each download has a thread, some 50 MB and now and then a connection; the others wait at the door, a little. */
const DOWNLOADS = { running: 4, waiting: 16, waitMs: 10_000 };

export interface ErrorWorkbookParts extends Pick<ErrorWorkbookRouteDeps, 'logger' | 'translateError'> {
  readonly links: ErrorWorkbookLinks;
  /** Those of work in the background: a download may last long and must not hold up requests. */
  readonly stores: Pick<ImportStores, 'imports' | 'deadLetters'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'countRefused'>;
}

/** Error workbooks for download: what the route needs, and the path of a link that opens it from now on. */
export function composeErrorWorkbooks({ links, stores, clock, metrics, ...rest }: ErrorWorkbookParts) {
  const deps = { ...stores, links, clock, writer: new ThreadedWorkbookWriter() };
  return {
    ...rest,
    check: checkErrorWorkbookLink(deps),
    open: openErrorWorkbook(deps),
    admission: new Admission(DOWNLOADS, (why) => metrics.countRefused(why)),
    path: (importId: string) => errorWorkbookPath(links.create(importId, clock.now())),
  };
}
