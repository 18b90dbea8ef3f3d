import { ActionIcon, Button } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../shared/icons.tsx';
import type { Mapping } from './columns.ts';
import classes from './drop-zone.module.css';
import { DropZone } from './drop-zone.tsx';
import { sizeWords } from './import-model.ts';
import { importTexts } from './texts.ts';
import { useUploads } from './use-uploads.ts';

const { drop: texts } = importTexts;

interface Props {
  readonly title: string;
  readonly words?: string;
  readonly isSmall?: boolean;
  readonly opener?: { current: (() => void) | null };
  /** How its columns are to be read; null: by their headers. */
  readonly mapping: Mapping | null;
  /** With the keys of the uploads that were begun. */
  readonly onBegun: (keys: readonly number[]) => void;
}

/** A place for files and, once there are some, the choice between checking and importing them. */
export function Staging({ mapping, onBegun, ...zone }: Props) {
  const { uploads } = useUploads();
  const [staged, setStaged] = useState<readonly File[]>([]);
  const begin = (dryRun: boolean): void => {
    setStaged([]);
    onBegun(uploads.add(staged, { dryRun, mapping }));
  };
  return (
    <div>
      <DropZone {...zone} onFiles={(files) => setStaged((before) => [...before, ...files])} />
      {staged.length > 0 ? (
        <section className={classes.files} aria-label={texts.staged}>
          <ul className={classes.list}>
            {staged.map((file, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two files may have everything in common.
              <li key={index} className={classes.file}>
                <span className={classes.name}>{file.name}</span>
                <span className={classes.size}>{sizeWords(file.size)}</span>
                <span className={classes.end}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={texts.remove(file.name)}
                    onClick={() => setStaged((before) => before.filter((_, at) => at !== index))}
                  >
                    <Icon name="cross" size={15} />
                  </ActionIcon>
                </span>
              </li>
            ))}
          </ul>
          <div className={classes.foot}>
            <p className={classes.soft}>{texts.checkWords}</p>
            <Button variant="default" onClick={() => begin(true)}>
              {texts.check}
            </Button>
            <Button onClick={() => begin(false)} data-autofocus>
              {texts.start}
            </Button>
          </div>
        </section>
      ) : null}
    </div>
  );
}
