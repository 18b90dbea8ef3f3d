/** What is asked of a queue of BullMQ. */
interface Waiting {
  getJobCounts(state: 'waiting'): Promise<{ readonly [state: string]: number }>;
  getJobs(states: ('waiting' | 'delayed')[], start: number, end: number, ascending: boolean): Promise<WaitingJob[]>;
}

interface WaitingJob {
  readonly timestamp: number;
  /** Until its next run, in milliseconds; 0 once it waits. */
  readonly delay: number;
  /** When its last try began. */
  readonly processedOn?: number | undefined;
  readonly opts: { readonly delay?: number | undefined };
}

/**
 * Since when the job that has waited longest could have been run; null when none could. A delayed job whose time has come counts: it is
 * workers who move it among the waiting ones, and with no worker left nothing else would show.
 */
export async function waitingSince(queue: Waiting, now: number): Promise<Date | null> {
  const [waiting, delayed] = await Promise.all([longestWaiting(queue), queue.getJobs(['delayed'], 0, 0, true)]);
  const due = [...waiting.map(firstDue), ...delayed.map((job) => Math.max(firstDue(job), nextDue(job)))];
  const since = Math.min(...due);
  return since <= now ? new Date(since) : null;
}

/**
 * The job that waits longest: the last one, since every backend of BullMQ lists the newest first, whatever order is asked for. While
 * jobs are being taken there may be none at that place any more; then none waits long.
 */
async function longestWaiting(queue: Waiting): Promise<WaitingJob[]> {
  const { waiting = 0 } = await queue.getJobCounts('waiting');
  return waiting === 0 ? [] : queue.getJobs(['waiting'], waiting - 1, waiting - 1, false);
}

const firstDue = ({ timestamp, opts }: WaitingJob) => timestamp + (opts.delay ?? 0);
const nextDue = ({ processedOn, delay }: WaitingJob) => (processedOn ?? 0) + delay;
