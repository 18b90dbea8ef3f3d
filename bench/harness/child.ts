import { fork } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import type { Stage } from './benchmark.ts';

/** A script of a benchmark in a process of its own, asked one thing at a time. */
export interface Child<Request, Answer> {
  readonly pid: number;
  ask(request: Request): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts `script`, which answers by `answering`; ended with the benchmark. */
export function startChild<Request, Answer>(stage: Stage, script: string): Child<Request, Answer> {
  const child = fork(script, { execArgv: ['--import', 'tsx', '--expose-gc'], serialization: 'advanced' });
  const ended = once(child, 'exit');
  const died = ended.then(([code, signal]): never => {
    throw new Error(`${basename(script)} ended with ${code ?? signal}.`);
  });
  died.catch(() => undefined);
  const stop = async () => {
    child.kill();
    await ended;
  };
  stage.onEnd(stop);
  return {
    pid: child.pid ?? 0,
    async ask(request) {
      child.send(request as object);
      const [told] = (await Promise.race([once(child, 'message'), died])) as [Told<Answer>];
      if ('failure' in told) throw new Error(told.failure);
      return told.answer;
    },
    stop,
  };
}

type Told<Answer> = { readonly answer: Answer } | { readonly failure: string };

/** In the script: what each request is answered with. */
export function answering<Request, Answer>(answer: (request: Request) => Promise<Answer>): void {
  process.on('message', async (request: Request) => {
    const told = await answer(request).then(
      (result): Told<Answer> => ({ answer: result }),
      (error: unknown): Told<Answer> => ({
        failure: error instanceof Error ? (error.stack ?? error.message) : `${error}`,
      }),
    );
    process.send?.(told);
  });
}
