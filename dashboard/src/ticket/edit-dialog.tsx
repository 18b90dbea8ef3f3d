import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { sharedTexts } from '../shared/texts.ts';
import { ticketTexts } from './texts.ts';
import type { Ticket, TicketChange } from './ticket-model.ts';

const { form: texts } = ticketTexts;

interface Props {
  /** As it was when the dialog was opened: its version is what the change is meant for. */
  readonly ticket: Ticket;
  readonly onClose: () => void;
  readonly onSave: (change: TicketChange, expectedVersion: number) => void;
}

/** Title, description, priority and tags. */
export function EditDialog({ ticket, onClose, onSave }: Props) {
  const [title, setTitle] = useState(ticket.title);
  const [description, setDescription] = useState(ticket.description);
  const [priority, setPriority] = useState(String(ticket.priority));
  const [tags, setTags] = useState(ticket.tags.join(', '));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = {
      title: title.trim(),
      description,
      priority: Number(priority),
      tags: [...new Set(tags.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== ''),
    };
    const change = Object.fromEntries(
      Object.entries(wanted).filter(
        ([name, value]) => JSON.stringify(value) !== JSON.stringify(ticket[name as 'title']),
      ),
    ) as TicketChange;
    if (Object.keys(change).length > 0) onSave(change, ticket.version);
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={texts.title}
      size="lg"
      closeButtonProps={{ 'aria-label': sharedTexts.close }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={texts.name}
            value={title}
            maxLength={500}
            required
            data-autofocus
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Textarea
            label={ticketTexts.description}
            value={description}
            maxLength={20_000}
            autosize
            minRows={5}
            maxRows={16}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Group grow align="flex-start">
            <Select
              label={ticketTexts.priority}
              data={[1, 2, 3, 4].map((each) => ({ value: String(each), label: sharedTexts.priority[each] ?? '' }))}
              value={priority}
              allowDeselect={false}
              comboboxProps={{ withinPortal: false }}
              onChange={(value) => setPriority(value ?? priority)}
            />
            <TextInput
              label={texts.tags}
              description={texts.tagsHint}
              value={tags}
              onChange={(event) => setTags(event.currentTarget.value)}
            />
          </Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.cancel}
            </Button>
            <Button type="submit">{texts.save}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
