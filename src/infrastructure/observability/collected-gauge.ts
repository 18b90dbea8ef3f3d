import { Gauge, type GaugeConfiguration } from 'prom-client';
import type { Logger } from '../../application/runtime.ts';
import { DomainError } from '../../domain/domain-error.ts';

/** One value of a gauge, by its labels. */
export interface Sample {
  readonly labels: Record<string, string>;
  readonly value: number;
}

const SCRAPE_MS = 2_000;

/** A gauge read from its source at each scrape. A source that fails or takes too long leaves the gauge out, and says so in the log. */
export function collectedGauge(
  config: GaugeConfiguration<string>,
  logger: Logger,
  read: () => Promise<readonly Sample[]>,
): void {
  new Gauge({
    ...config,
    async collect() {
      this.reset();
      try {
        const samples = await withinScrape(read());
        // Without labels reset() leaves a 0 behind, which would say that all is well.
        if (samples.length === 0) this.remove({});
        for (const { labels, value } of samples) this.set(labels, value);
      } catch (error) {
        this.remove({});
        logger.warn({ err: error, metric: config.name }, 'a metric could not be read');
      }
    },
  });
}

async function withinScrape<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DomainError('TIMEOUT', `No value within ${SCRAPE_MS} ms.`, {})), SCRAPE_MS);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}
