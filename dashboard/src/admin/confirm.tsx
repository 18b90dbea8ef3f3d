import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { sharedTexts } from '../shared/texts.ts';
import { Refusal } from './refusal.tsx';
import { adminTexts } from './texts.ts';
import { useDoing } from './use-doing.ts';

interface Props {
  readonly title: string;
  /** What will happen. */
  readonly children: ReactNode;
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly cancel?: string;
  readonly onClose: () => void;
  /** Closes the dialog when it is done; a refusal stands in it. */
  readonly onConfirm: () => Promise<void>;
}

/** Asks before something that cannot, or not easily, be taken back. */
export function Confirm({ title, children, action, isDangerous = true, cancel, onClose, onConfirm }: Props) {
  const doing = useDoing();
  const confirm = async (): Promise<void> => {
    if (await doing.run(onConfirm)) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': sharedTexts.close }}>
      <Stack gap="sm">
        <div>{children}</div>
        <Refusal problem={doing.problem} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancel ?? adminTexts.cancel}
          </Button>
          <Button color={isDangerous ? 'red' : undefined} loading={doing.isBusy} onClick={() => void confirm()}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
