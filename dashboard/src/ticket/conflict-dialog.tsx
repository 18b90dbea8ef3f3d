import { Button, Group, Modal } from '@mantine/core';
import { sharedTexts } from '../shared/texts.ts';
import { ticketTexts } from './texts.ts';
import { differences, type Ticket, type TicketChange } from './ticket-model.ts';
import classes from './ticket-page.module.css';

const { conflict: texts } = ticketTexts;

interface Props {
  readonly mine: TicketChange;
  readonly theirs: Ticket;
  readonly onKeepTheirs: () => void;
  readonly onUseMine: () => void;
}

/** Two people changed the same ticket: both sides, and the choice. */
export function ConflictDialog({ mine, theirs, onKeepTheirs, onUseMine }: Props) {
  const fields = differences(mine, theirs);
  return (
    <Modal
      opened
      onClose={onKeepTheirs}
      title={texts.title}
      size="xl"
      closeButtonProps={{ 'aria-label': sharedTexts.close }}
    >
      <p className={classes.soft}>{texts.words}</p>
      {fields.length === 0 ? (
        <p>{texts.same}</p>
      ) : (
        <table className={classes.sides}>
          <thead>
            <tr>
              <th scope="col">{texts.field}</th>
              <th scope="col">{texts.mine}</th>
              <th scope="col">{texts.theirs}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <tr key={field}>
                <th scope="row">{texts.fields[field]}</th>
                <td className={classes.text}>{side(mine, field)}</td>
                <td className={classes.text}>{side(theirs, field)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onKeepTheirs} data-autofocus>
          {texts.keepTheirs}
        </Button>
        <Button onClick={onUseMine}>{texts.useMine}</Button>
      </Group>
    </Modal>
  );
}

function side(from: TicketChange | Ticket, field: keyof TicketChange): string {
  if (field === 'assignee') return from.assignee?.name ?? sharedTexts.nobody;
  if (field === 'status') return from.status ? sharedTexts.status[from.status] : '';
  if (field === 'priority') return sharedTexts.priority[from.priority ?? 0] ?? '';
  if (field === 'tags') return (from.tags ?? []).join(', ');
  return from[field] ?? '';
}
