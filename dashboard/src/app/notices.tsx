import { useSyncExternalStore } from 'react';
import { Icon } from '../shared/icons.tsx';
import { notices, plainNotices } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import classes from './notices.module.css';

/** What was done, or was not. The code for it comes after the first page; what is to be told without it stands there plainly. */
export function Notices() {
  const loaded = useSyncExternalStore(notices.subscribe, notices.value);
  const plain = useSyncExternalStore(plainNotices.subscribe, plainNotices.value);
  return (
    <>
      {loaded ? <loaded.Notifications position="bottom-right" limit={4} /> : null}
      {plain.length === 0 ? null : (
        <div className={classes.plain} role="alert">
          {plain.map((notice, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they hold nothing but their words.
            <div key={place} className={classes.notice} data-color={notice.color}>
              <div>
                <strong>{notice.title}</strong>
                <p>{notice.message}</p>
              </div>
              <button type="button" aria-label={sharedTexts.close} onClick={() => plainNotices.close(notice)}>
                <Icon name="cross" />
              </button>
            </div>
          ))}
        </div>
      )}
    </>
  );
}
