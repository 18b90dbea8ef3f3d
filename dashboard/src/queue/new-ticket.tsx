import { Button, Checkbox, Group, Modal, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type FormEvent, useRef, useState } from 'react';
import { ask } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { useAnswer } from '../api/use-answer.ts';
import { useUser } from '../api/use-session.ts';
import { tellDone, tellProblem } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import { NewTicketDocument, QueueClientsDocument } from './documents.generated.ts';
import type { QueueRow } from './queue-model.ts';
import { queueTexts } from './texts.ts';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onCreated: (row: QueueRow) => void;
}

export function NewTicket({ opened, onClose, onCreated }: Props) {
  const { title } = queueTexts.create;
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': sharedTexts.close }}>
      <Form onClose={onClose} onCreated={onCreated} />
    </Modal>
  );
}

function Form({ onClose, onCreated }: Omit<Props, 'opened'>) {
  const texts = queueTexts.create;
  const { id: me } = useUser();
  // The same attempt has the same id: a second click, or a lost answer, makes no second ticket.
  const attempt = useRef(newId());
  const [client, setClient] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search, 200);
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [priority, setPriority] = useState('3');
  const [mine, setMine] = useState(false);
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const { data, isLoading } = useAnswer(QueueClientsDocument, { search: wanted || null });
  const clients = (data?.clients ?? []).map(({ id, name, tier }) => ({
    value: id,
    label: tier === 'VIP' ? `${name} (${sharedTexts.tier.VIP})` : name,
  }));
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setMissing(true);
    if (title.trim() === '' || client === null) return;
    setBusy(true);
    try {
      const { createTicket } = await ask(NewTicketDocument, {
        input: {
          id: attempt.current,
          clientId: client,
          title: title.trim(),
          description,
          priority: Number(priority),
          assigneeId: mine ? me : null,
        },
      });
      tellDone(texts.done(createTicket.reference));
      onCreated(createTicket);
      onClose();
    } catch (error) {
      tellProblem(asProblem(error, apiTexts.unreachable));
      attempt.current = newId();
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <Select
          label={texts.client}
          placeholder={texts.clientHint}
          data={clients}
          searchable
          value={client}
          onChange={setClient}
          onSearchChange={setSearch}
          nothingFoundMessage={isLoading ? undefined : texts.nobody}
          openOnFocus={false}
          error={missing && client === null ? texts.needClient : undefined}
          comboboxProps={{ withinPortal: false }}
          filter={({ options }) => options}
          data-autofocus
        />
        <TextInput
          label={texts.name}
          maxLength={500}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          error={missing && title.trim() === '' ? texts.needTitle : undefined}
        />
        <Textarea
          label={texts.description}
          maxLength={20_000}
          rows={5}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Select
          label={texts.priority}
          data={[1, 2, 3, 4].map((each) => ({ value: String(each), label: sharedTexts.priority[each] ?? '' }))}
          value={priority}
          allowDeselect={false}
          onChange={(value) => setPriority(value ?? '3')}
          comboboxProps={{ withinPortal: false }}
        />
        <Checkbox label={texts.mine} checked={mine} onChange={(event) => setMine(event.currentTarget.checked)} />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onClose}>
            {texts.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {texts.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A UUID. `crypto.randomUUID` is for pages over https only; a desk in a closed network may have none. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
