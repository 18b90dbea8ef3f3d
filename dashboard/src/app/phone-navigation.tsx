import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { sharedTexts } from '../shared/texts.ts';
import { Brand } from './brand.tsx';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What stands at the side of a wide screen, on a narrow one. */
export function PhoneNavigation({ opened, onClose, children }: Props) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      size={260}
      title={<Brand />}
      closeButtonProps={{ 'aria-label': sharedTexts.close }}
    >
      {children}
    </Drawer>
  );
}
