import { ActionIcon, Button } from '@mantine/core';
import { useEffect } from 'react';
import { Link } from 'react-router';
import { Icon } from '../shared/icons.tsx';
import classes from './drop-zone.module.css';
import { sizeWords } from './import-model.ts';
import { importTexts } from './texts.ts';
import type { Upload, Uploads } from './uploads.ts';
import { useUploads } from './use-uploads.ts';

const { upload: texts } = importTexts;

interface Props {
  /** The upload whose import is to be shown once there is one. */
  readonly awaited: number | null;
  readonly onArrived: (upload: Upload) => void;
}

/** What is being sent, what waits for it, and what was refused. */
export function UploadList({ awaited, onArrived }: Props) {
  const { uploads, list } = useUploads();
  const arrived = list.find(({ key, state }) => key === awaited && state === 'done');
  useEffect(() => {
    if (!arrived) return;
    uploads.remove(arrived.key);
    onArrived(arrived);
  }, [arrived, uploads, onArrived]);
  // Those that are done stand in the list of imports; only one that was there before has something to say.
  const shown = list.filter(({ state, isKnown }) => state !== 'done' || isKnown);
  if (shown.length === 0) return null;
  return (
    <section className={classes.files} aria-label={texts.label}>
      <ul className={classes.list} data-alone="true">
        {shown.map((upload) => (
          <UploadItem key={upload.key} upload={upload} uploads={uploads} />
        ))}
      </ul>
    </section>
  );
}

function UploadItem({ upload, uploads }: { readonly upload: Upload; readonly uploads: Uploads }) {
  const { key, file, state, sentBytes, problem, importId } = upload;
  const isOpen = state === 'waiting' || state === 'sending';
  return (
    <li className={classes.file}>
      <span className={classes.name}>{file.name}</span>
      <span className={classes.size}>{stateWords(upload)}</span>
      {state === 'sending' ? (
        <div
          className={classes.sending}
          role="progressbar"
          aria-label={texts.progress(file.name)}
          aria-valuemin={0}
          aria-valuemax={file.size}
          aria-valuenow={sentBytes}
          aria-valuetext={stateWords(upload)}
        >
          <div className={classes.sent} style={{ width: `${file.size > 0 ? (100 * sentBytes) / file.size : 100}%` }} />
        </div>
      ) : null}
      <span className={classes.end}>
        {state === 'refused' ? (
          <Button size="xs" variant="default" onClick={() => uploads.again(key)}>
            {texts.again}
          </Button>
        ) : null}
        {importId ? <Link to={`/imports/${importId}`}>{texts.open}</Link> : null}
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={isOpen ? texts.stop(file.name) : texts.dismiss(file.name)}
          onClick={() => uploads.remove(key)}
        >
          <Icon name="cross" size={15} />
        </ActionIcon>
      </span>
      {problem ? (
        <span className={classes.problem} role="alert">
          <Icon name="warning" size={17} />
          {problem.message}
        </span>
      ) : null}
    </li>
  );
}

function stateWords({ state, file, sentBytes, isKnown }: Upload): string {
  if (state === 'waiting') return texts.waiting;
  if (state === 'done') return isKnown ? texts.already : texts.done;
  if (state === 'refused') return sizeWords(file.size);
  return sentBytes >= file.size ? texts.received : texts.sending(sizeWords(sentBytes), sizeWords(file.size));
}
