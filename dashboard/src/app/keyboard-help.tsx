import { Kbd, Modal } from '@mantine/core';
import { useShortcutGroups } from '../shared/shortcuts.ts';
import { sharedTexts } from '../shared/texts.ts';
import classes from './keyboard-help.module.css';
import { appTexts } from './texts.ts';

/** Every key that does something on this page. */
export function KeyboardHelp({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const groups = useShortcutGroups();
  const { title, afterwards } = appTexts.keyboard;
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': sharedTexts.close }}>
      {groups.map((group) => (
        <section key={group.title} className={classes.group}>
          <h3 className={classes.title}>{group.title}</h3>
          <dl className={classes.list}>
            {group.shortcuts.map(({ keys, does }) => (
              <div key={keys} className={classes.line}>
                <dt>{does}</dt>
                <dd className={classes.keys}>
                  {keys.split(' ').map((key, place) => (
                    <span key={key}>
                      {place > 0 ? <span className={classes.then}>{afterwards}</span> : null}
                      <Kbd>{key}</Kbd>
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
