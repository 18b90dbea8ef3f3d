import { Button, Group, Modal, PasswordInput, Radio, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../api/client.ts';
import type { Role } from '../api/schema.generated.ts';
import { tellDone } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import { RegisterUserDocument } from './documents.generated.ts';
import { ROLES, suggestPassword } from './people.ts';
import { Refusal } from './refusal.tsx';
import { adminTexts } from './texts.ts';
import { userTexts } from './texts-people.ts';
import { useDoing } from './use-doing.ts';

const { form: texts } = userTexts;
const BESIDES = ['input.name', 'input.email', 'input.password'];

interface Props {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Somebody new, who can sign in at once. */
export function NewUser({ onClose, onDone }: Props) {
  const doing = useDoing();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('AGENT');
  const [password, setPassword] = useState('');
  const [isShown, setShown] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const done = await doing.run(async () => {
      const { registerUser } = await ask(RegisterUserDocument, {
        input: { name: name.trim(), email: email.trim(), role, password },
      });
      tellDone(texts.done(registerUser.name));
    });
    if (!done) return;
    onDone();
    onClose();
  };
  const suggest = (): void => {
    setPassword(suggestPassword(crypto.getRandomValues(new Uint8Array(16))));
    setShown(true);
    doing.forget('input.password');
  };
  return (
    <Modal opened onClose={onClose} title={userTexts.create} closeButtonProps={{ 'aria-label': sharedTexts.close }}>
      <form onSubmit={(event) => void submit(event)} noValidate autoComplete="off">
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
          <TextInput
            label={texts.email}
            type="email"
            value={email}
            autoComplete="off"
            error={doing.against('input.email')}
            onChange={(event) => {
              setEmail(event.currentTarget.value);
              doing.forget('input.email');
            }}
          />
          <RoleChoice value={role} onChange={setRole} />
          <PasswordInput
            label={texts.password}
            description={texts.passwordHint}
            value={password}
            visible={isShown}
            onVisibilityChange={setShown}
            autoComplete="new-password"
            error={doing.against('input.password')}
            onChange={(event) => {
              setPassword(event.currentTarget.value);
              doing.forget('input.password');
            }}
          />
          <Group>
            <Button size="compact-sm" variant="default" onClick={suggest}>
              {texts.suggest}
            </Button>
          </Group>
          <Refusal problem={doing.problem} besides={BESIDES} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {adminTexts.cancel}
            </Button>
            <Button type="submit" loading={doing.isBusy}>
              {texts.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** A role, with what it may do. */
export function RoleChoice({ value, onChange }: { readonly value: Role; readonly onChange: (role: Role) => void }) {
  return (
    <Radio.Group label={texts.role} value={value} onChange={(next) => onChange(next as Role)}>
      <Stack gap={6} mt={4}>
        {ROLES.map((role) => (
          <Radio key={role} value={role} label={sharedTexts.role[role]} description={userTexts.may[role]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
