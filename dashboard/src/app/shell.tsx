import { ActionIcon } from '@mantine/core';
import { useState } from 'react';
import { NavLink, Outlet, useNavigate } from 'react-router';
import { Icon } from '../shared/icons.tsx';
import { laterDialog } from '../shared/later-dialog.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { RowsSkeleton } from '../shared/states.tsx';
import { AccountMenu } from './account-menu.tsx';
import type { Area } from './area.ts';
import { Brand } from './brand.tsx';
import { ConnectionState } from './connection-state.tsx';
import classes from './shell.module.css';
import { appTexts } from './texts.ts';

const KeyboardHelp = laterDialog(async () => (await import('./keyboard-help.tsx')).KeyboardHelp);
const PhoneNavigation = laterDialog(async () => (await import('./phone-navigation.tsx')).PhoneNavigation);

interface Props {
  readonly areas: readonly Area[];
  /** The page is still on its way. */
  readonly waiting?: boolean;
}

/** The frame around every page: where one can go, who one is, and whether what is shown is the present. */
export function Shell({ areas, waiting = false }: Props) {
  const [help, setHelp] = useState(false);
  const [drawer, setDrawer] = useState(false);
  const navigate = useNavigate();
  const entries = areas.flatMap(({ navigation }) => (navigation ? [navigation] : []));
  useShortcuts(appTexts.keyboard.group, [
    { keys: '?', does: appTexts.keyboard.help, run: () => setHelp(true) },
    ...entries.map(({ key, label, to }) => ({
      keys: `g ${key}`,
      does: appTexts.keyboard.go(label),
      run: () => void navigate(to),
    })),
  ]);
  const navigation = (
    <nav className={classes.nav} aria-label={appTexts.navigation}>
      {entries.map(({ to, label, icon }) => (
        <NavLink key={to} to={to} className={classes.entry ?? ''} onClick={() => setDrawer(false)}>
          <Icon name={icon} />
          {label}
        </NavLink>
      ))}
    </nav>
  );
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {appTexts.skip}
      </a>
      <section className={classes.top} aria-label={appTexts.top}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={appTexts.openNavigation}
          onClick={() => setDrawer(true)}
        >
          <Icon name="menu" size={20} />
        </ActionIcon>
        <Brand />
        <ConnectionState />
      </section>
      <aside className={classes.side} aria-label={appTexts.product}>
        <div className={classes.brand}>
          <Brand />
        </div>
        {navigation}
        <div className={classes.foot}>
          <ConnectionState />
          <AccountMenu onHelp={() => setHelp(true)} />
        </div>
      </aside>
      <main className={classes.content} id="content" tabIndex={-1}>
        {waiting ? <RowsSkeleton /> : <Outlet />}
      </main>
      <PhoneNavigation opened={drawer} onClose={() => setDrawer(false)}>
        {navigation}
        <div className={classes.foot}>
          <AccountMenu
            onHelp={() => {
              setDrawer(false);
              setHelp(true);
            }}
          />
        </div>
      </PhoneNavigation>
      <KeyboardHelp opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}
