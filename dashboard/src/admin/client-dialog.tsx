import { Alert, Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../api/client.ts';
import type { ClientTier } from '../api/schema.generated.ts';
import { useAnswer } from '../api/use-answer.ts';
import { tellDone } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import {
  type AdminClientFragment,
  AdminPoliciesDocument,
  CreateClientDocument,
  UpdateClientDocument,
} from './documents.generated.ts';
import { minutesWords } from './minutes-words.ts';
import { Refusal } from './refusal.tsx';
import { adminTexts } from './texts.ts';
import { clientTexts } from './texts-people.ts';
import { useDoing } from './use-doing.ts';

const { form: texts } = clientTexts;
const BESIDES = ['input.name'];

interface Props {
  /** null: a new one. */
  readonly client: AdminClientFragment | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Name and tier of a client; another tier says first what it does to the open tickets. */
export function ClientDialog({ client, onClose, onDone }: Props) {
  const doing = useDoing();
  const [name, setName] = useState(client?.name ?? '');
  const [tier, setTier] = useState<ClientTier>(client?.tier ?? 'NORMAL');
  const policies = useAnswer(AdminPoliciesDocument, {}).data?.slaPolicies ?? [];
  const timeOf = (of: ClientTier): string | null => {
    const policy = policies.find((each) => each.tier === of);
    return policy ? minutesWords(policy.resolutionMinutes) : null;
  };
  const moves = client !== null && client.tier !== tier;
  const time = timeOf(tier);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const done = await doing.run(async () => {
      if (client) {
        // What was not touched is not sent: somebody else may have changed it meanwhile.
        const change = { ...(name.trim() === client.name ? {} : { name: name.trim() }), ...(moves ? { tier } : {}) };
        const { updateClient } = await ask(UpdateClientDocument, { input: { id: client.id, ...change } });
        tellDone(texts.changed(updateClient.name));
      } else {
        const { createClient } = await ask(CreateClientDocument, { input: { name: name.trim(), tier } });
        tellDone(texts.added(createClient.name));
      }
    });
    if (!done) return;
    onDone();
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={client ? texts.edit : texts.create}
      closeButtonProps={{ 'aria-label': sharedTexts.close }}
    >
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack gap="sm">
          <TextInput
            label={texts.name}
            value={name}
            maxLength={200}
            error={doing.against('input.name')}
            data-autofocus
            onChange={(event) => {
              setName(event.currentTarget.value);
              doing.forget('input.name');
            }}
          />
          <Radio.Group label={texts.tier} value={tier} onChange={(next) => setTier(next as ClientTier)}>
            <Stack gap={6} mt={4}>
              {(['VIP', 'NORMAL'] as const).map((each) => {
                const promised = timeOf(each);
                return (
                  <Radio
                    key={each}
                    value={each}
                    label={sharedTexts.tier[each]}
                    description={promised === null ? undefined : texts.promise(promised)}
                  />
                );
              })}
            </Stack>
          </Radio.Group>
          {moves && time !== null ? (
            <Alert color="yellow" role="status">
              <div>{texts.moves(client.openTickets, sharedTexts.tier[tier], time)}</div>
              {client.openTickets > 0 ? <div>{texts.breaks}</div> : null}
            </Alert>
          ) : null}
          <Refusal problem={doing.problem} besides={BESIDES} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {adminTexts.cancel}
            </Button>
            <Button type="submit" loading={doing.isBusy} color={moves && client.openTickets > 0 ? 'red' : undefined}>
              {client === null ? texts.submitNew : moves ? texts.submitTier : texts.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
