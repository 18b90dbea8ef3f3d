import { Menu, UnstyledButton, useComputedColorScheme, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { ask } from '../api/client.ts';
import { SignOutEverywhereDocument } from '../api/documents.generated.ts';
import { asProblem } from '../api/problem.ts';
import { session } from '../api/session.ts';
import { apiTexts } from '../api/texts.ts';
import { useUser } from '../api/use-session.ts';
import { Icon } from '../shared/icons.tsx';
import { tellProblem } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import classes from './shell.module.css';
import { appTexts } from './texts.ts';

/** Who is signed in, the colours, the help, and the ways out. */
export function AccountMenu({ onHelp }: { readonly onHelp: () => void }) {
  const user = useUser();
  const texts = appTexts.account;
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const signOutEverywhere = async (): Promise<void> => {
    try {
      await ask(SignOutEverywhereDocument, {});
      await session.signOut();
    } catch (error) {
      tellProblem(asProblem(error, apiTexts.unreachable));
    }
  };
  return (
    <Menu position="top-start" width={240} withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes.account}>
          <Icon name="person" />
          <VisuallyHidden>{texts.of}</VisuallyHidden>
          <span className={classes.who}>
            <span className={classes.name}>{user.name}</span>
            <span className={classes.role}>{sharedTexts.role[user.role]}</span>
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Icon name={dark ? 'sun' : 'moon'} />}
          onClick={() => setColorScheme(dark ? 'light' : 'dark')}
        >
          {dark ? texts.toLight : texts.toDark}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="keyboard" />} onClick={onHelp}>
          {texts.help}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="signOut" />} onClick={() => void session.signOut()}>
          {texts.signOut}
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name="lock" />}
          onClick={() => void signOutEverywhere()}
          title={texts.signOutEverywhereHint}
        >
          {texts.signOutEverywhere}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
