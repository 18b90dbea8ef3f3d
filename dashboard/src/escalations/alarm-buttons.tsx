import { Button, Tooltip } from '@mantine/core';
import { Icon } from '../shared/icons.tsx';
import { wallTexts } from './texts.ts';
import type { Alarm } from './use-alarm.ts';
import classes from './wall-page.module.css';

const { alarm: texts } = wallTexts;

/** Whether new alerts sound, and whether the desktop shows them; both are off until somebody turns them on. */
export function AlarmButtons({ alarm }: { readonly alarm: Alarm }) {
  const { sound, desktop } = alarm;
  return (
    <fieldset className={classes.alarm} aria-label={texts.label}>
      <Tooltip label={texts.soundHint[sound]} multiline w={240} withinPortal={false}>
        <Button
          variant={sound === 'on' ? 'light' : 'default'}
          size="xs"
          aria-pressed={sound === 'on' || sound === 'blocked'}
          leftSection={<Icon name={sound === 'on' ? 'sound' : 'mute'} size={16} />}
          onClick={alarm.switchSound}
        >
          {texts.sound[sound]}
        </Button>
      </Tooltip>
      <Tooltip label={texts.desktopHint[desktop]} multiline w={240} withinPortal={false}>
        <Button
          variant={desktop === 'on' ? 'light' : 'default'}
          size="xs"
          aria-pressed={desktop === 'on'}
          data-disabled={desktop === 'denied' || undefined}
          aria-disabled={desktop === 'denied'}
          leftSection={<Icon name="bell" size={16} />}
          onClick={desktop === 'denied' ? undefined : alarm.switchDesktop}
        >
          {texts.desktop[desktop]}
        </Button>
      </Tooltip>
    </fieldset>
  );
}
