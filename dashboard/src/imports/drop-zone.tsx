import { Button } from '@mantine/core';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { Icon } from '../shared/icons.tsx';
import { tellRefusals } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import classes from './drop-zone.module.css';
import { importTexts } from './texts.ts';

const { drop: texts } = importTexts;

interface Props {
  readonly title: string;
  readonly words?: string;
  readonly isSmall?: boolean;
  /** Set to what opens the choice of files. */
  readonly opener?: { current: (() => void) | null };
  readonly onFiles: (files: readonly File[]) => void;
}

/** A place for files: dropped anywhere on the page, or chosen by the button. */
export function DropZone({ title, words, isSmall = false, opener, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const zone = useRef<HTMLElement>(null);
  const isOver = useDroppedFiles(zone, onFiles);
  const choose = (): void => input.current?.click();
  useEffect(() => {
    if (!opener) return;
    opener.current = () => input.current?.click();
    return () => {
      opener.current = null;
    };
  }, [opener]);
  return (
    <section ref={zone} className={classes.zone} data-over={isOver} data-small={isSmall} aria-label={texts.label}>
      <Icon name="upload" size={isSmall ? 20 : 26} />
      <div className={classes.words}>
        <p className={classes.title}>{isOver ? texts.over : title}</p>
        {words ? <p className={classes.soft}>{words}</p> : null}
      </div>
      <Button variant={isSmall ? 'default' : 'filled'} onClick={choose}>
        {texts.choose}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        className={classes.input}
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same file chosen again is a choice too.
          event.currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </section>
  );
}

/** The places of this page, the newest last. */
const zones: HTMLElement[] = [];

/** The place that takes what is dropped there: the one around it, or else the newest. */
function zoneAt(target: EventTarget | null): HTMLElement | undefined {
  return zones.find((zone) => target instanceof Node && zone.contains(target)) ?? zones.at(-1);
}

/** Whether files hang over the page and would come here. They are taken wherever they are dropped, so that none is opened instead. */
function useDroppedFiles(zone: RefObject<HTMLElement | null>, onFiles: (files: readonly File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(zoneAt(event.target) === zone.current);
    };
    const leave = (event: DragEvent): void => {
      // Without a place that it goes to, it has left the window.
      if (event.relatedTarget === null) setOver(false);
    };
    const dropped = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (zoneAt(event.target) !== zone.current) return;
      const { files, folders } = sorted(event.dataTransfer);
      if (folders.length > 0) tellRefusals(sharedTexts.failed, folders.map(texts.folder));
      if (files.length > 0) latest.current(files);
    };
    const listeners = [
      ['dragenter', over],
      ['dragover', over],
      ['dragleave', leave],
      ['drop', dropped],
    ] as const;
    const here = zone.current;
    if (here) zones.push(here);
    for (const [name, listener] of listeners) addEventListener(name, listener);
    return () => {
      if (here) zones.splice(zones.indexOf(here), 1);
      for (const [name, listener] of listeners) removeEventListener(name, listener);
    };
  }, [zone]);
  return isOver;
}

/** Keeps the browser from opening a file that is dropped where there is no place for one. */
export function useDropGuard(): void {
  useEffect(() => {
    const guard = (event: DragEvent): void => event.preventDefault();
    const names = ['dragover', 'drop'] as const;
    for (const name of names) addEventListener(name, guard);
    return () => {
      for (const name of names) removeEventListener(name, guard);
    };
  }, []);
}

/** Browsers hand over a folder as a file that cannot be read. */
function sorted(transfer: DataTransfer | null): { files: File[]; folders: string[] } {
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of transfer?.items ?? []) {
    const file = item.kind === 'file' ? item.getAsFile() : null;
    if (!file) continue;
    if (item.webkitGetAsEntry()?.isDirectory) folders.push(file.name);
    else files.push(file);
  }
  return { files, folders };
}
