// The limit of what can be had: one setTimeout for each deadline, and a plain send.
import type { BareJob } from './others.ts';
import { openSender } from './sender.ts';

const send = await openSender();

process.on('message', ({ dueAt, bytes }: BareJob) => {
  const now = Date.now();
  dueAt.forEach((at, i) => {
    setTimeout(() => send({ ticketId: `${i}`, dueAt: at }, bytes), at - now);
  });
});
