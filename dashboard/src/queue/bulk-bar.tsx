import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import type { TicketStatus } from '../api/schema.generated.ts';
import { apiTexts } from '../api/texts.ts';
import { LEADS, useUser } from '../api/use-session.ts';
import { Icon } from '../shared/icons.tsx';
import { tellDone, tellProblem, tellRefusals } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import { type BulkAnswer, bulkSummary, inParts } from './bulk.ts';
import { BulkAssignDocument, BulkStatusDocument } from './documents.generated.ts';
import type { QueueRow } from './queue-model.ts';
import classes from './queue-page.module.css';
import { queueTexts } from './texts.ts';
import { STATUSES } from './view.ts';

interface Props {
  readonly ids: readonly string[];
  readonly people: readonly { readonly id: string; readonly name: string }[];
  /** With the tickets as they are now, and those that were refused: they stay selected. */
  readonly onDone: (changed: readonly QueueRow[], refused: readonly string[]) => void;
  readonly onClear: () => void;
}

/** What can be done to the selected tickets at once; each succeeds or is refused for itself. */
export function BulkBar({ ids, people, onDone, onClear }: Props) {
  const texts = queueTexts.bulk;
  const user = useUser();
  const [busy, setBusy] = useState(false);
  const run = async (part: (ids: string[]) => Promise<readonly BulkAnswer<QueueRow>[]>): Promise<void> => {
    setBusy(true);
    const answers: BulkAnswer<QueueRow>[] = [];
    try {
      for (const some of inParts(ids)) answers.push(...(await part(some)));
    } catch (error) {
      tellProblem(asProblem(error, apiTexts.unreachable));
    }
    const { changed, refused, reasons } = bulkSummary(answers);
    if (changed.length > 0) tellDone(texts.done(changed.length));
    if (refused.length > 0)
      tellRefusals(
        texts.refused(refused.length),
        reasons.map(([why, count]) => texts.reason(count, why)),
      );
    const answered = new Set(answers.map(({ id }) => id));
    onDone(changed, [...refused, ...ids.filter((id) => !answered.has(id))]);
    setBusy(false);
  };
  const assign = (assigneeId: string | null) =>
    run(async (some) => (await ask(BulkAssignDocument, { ids: some, assigneeId })).bulkAssignTickets);
  const change = (status: TicketStatus) =>
    run(async (some) => (await ask(BulkStatusDocument, { ids: some, status })).bulkChangeTicketStatus);
  return (
    <section className={classes.bulk} aria-label={texts.label}>
      <strong>{texts.chosen(ids.length)}</strong>
      <Button size="xs" variant="default" disabled={busy} onClick={() => void assign(user.id)}>
        {texts.take}
      </Button>
      {LEADS.includes(user.role) ? (
        <Menu position="top-start">
          <Menu.Target>
            <Button size="xs" variant="default" disabled={busy} rightSection={<Icon name="chevronDown" size={14} />}>
              {texts.assign}
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={340} style={{ overflowY: 'auto' }}>
            {people.map(({ id, name }) => (
              <Menu.Item key={id} onClick={() => void assign(id)}>
                {name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      ) : null}
      <Button size="xs" variant="default" disabled={busy} onClick={() => void assign(null)}>
        {texts.release}
      </Button>
      <Menu position="top-start">
        <Menu.Target>
          <Button size="xs" variant="default" disabled={busy} rightSection={<Icon name="chevronDown" size={14} />}>
            {texts.status}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {STATUSES.filter((status) => status !== 'ESCALATED').map((status) => (
            <Menu.Item key={status} onClick={() => void change(status)}>
              {sharedTexts.status[status]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button size="xs" variant="subtle" onClick={onClear}>
        {texts.clear}
      </Button>
    </section>
  );
}
