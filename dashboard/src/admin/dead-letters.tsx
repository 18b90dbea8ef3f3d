import { Button, Skeleton } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { ask } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { tellDone } from '../shared/notify.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import classes from './admin.module.css';
import { Confirm } from './confirm.tsx';
import {
  AdminDeadLettersDocument,
  type AdminDeadLettersQuery,
  DiscardLettersDocument,
  ImportNameDocument,
} from './documents.generated.ts';
import own from './letters.module.css';
import { byImport } from './letters.ts';
import { adminTexts } from './texts.ts';
import { queuesTexts } from './texts-running.ts';
import { usePaged } from './use-paged.ts';
import { type Retries, useRetries } from './use-retries.ts';

const { letters: texts } = queuesTexts;
type Letter = AdminDeadLettersQuery['deadLetters']['nodes'][number];

/** What shall be discarded: rows of one import; `ids` null: all of them. */
interface Discarding {
  readonly importId: string;
  readonly ids: readonly string[] | null;
  readonly file: string;
  readonly count: number;
}

/** Rows that imports could not take in, by import: why, and to be tried again or discarded. */
export function DeadLetters() {
  const list = usePaged<Letter>('letters', async (after, first, signal) => {
    const { deadLetters } = await ask(AdminDeadLettersDocument, { after, first }, signal);
    return deadLetters;
  });
  const retries = useRetries(() => void list.reload());
  const [discarding, setDiscarding] = useState<Discarding | null>(null);
  const { items, total = 0 } = list;
  return (
    <section className={own.letters} aria-labelledby="letters-title">
      <h2 id="letters-title" className={classes.title}>
        {texts.title} {items ? <span className={classes.count}>{adminTexts.count(total)}</span> : null}
      </h2>
      <p className={classes.soft}>{texts.words}</p>
      {list.problem ? <ErrorState problem={list.problem} onRetry={() => void list.reload()} /> : null}
      {!items && !list.problem ? <RowsSkeleton rows={3} /> : null}
      {items?.length === 0 ? <EmptyState icon="check" title={texts.none} words={texts.noneWords} /> : null}
      {byImport(items ?? []).map(({ importId, letters }) => (
        <Import key={importId} importId={importId} letters={letters} retries={retries} onDiscard={setDiscarding} />
      ))}
      {list.hasMore ? (
        <div className={classes.after}>
          <Button variant="default" loading={list.isLoading} onClick={() => void list.more()}>
            {adminTexts.more}
          </Button>
        </div>
      ) : null}
      {discarding ? (
        <Confirm
          title={texts.ask(discarding.count)}
          action={texts.discard}
          onClose={() => setDiscarding(null)}
          onConfirm={async () => {
            const { importId, ids } = discarding;
            const { discardDeadLetters } = await ask(DiscardLettersDocument, { importId, ids });
            tellDone(texts.discarded(discardDeadLetters));
            await list.reload();
          }}
        >
          {texts.askWords(discarding.count, discarding.file)}
        </Confirm>
      ) : null}
    </section>
  );
}

interface ImportProps {
  readonly importId: string;
  readonly letters: readonly Letter[];
  readonly retries: Retries;
  readonly onDiscard: (discarding: Discarding) => void;
}

function Import({ importId, letters, retries, onDiscard }: ImportProps) {
  const { data, isLoading } = useAnswer(ImportNameDocument, { id: importId });
  const file = data?.importProcess?.filename ?? texts.unnamed;
  const isTrying = retries.trying.has(importId);
  const discard = (ids: readonly string[] | null, count: number): void => onDiscard({ importId, ids, file, count });
  const discardAll = async (): Promise<void> => {
    const count = await retries.countOf(importId);
    if (count !== null) discard(null, count);
  };
  return (
    <section className={own.import} aria-label={file}>
      <div className={own.head}>
        {isLoading && !data ? <Skeleton height={16} width={180} /> : <h3 className={own.file}>{file}</h3>}
        <Link className={classes.link ?? ''} to={`/imports/${importId}`}>
          {texts.import}
        </Link>
        {isTrying ? <span className={classes.count}>{texts.trying}</span> : null}
        <span className={own.buttons}>
          <Button
            size="compact-xs"
            variant="default"
            disabled={isTrying}
            aria-label={texts.retryAllOf(file)}
            leftSection={<Icon name="refresh" size={14} />}
            onClick={() => void retries.retry(importId, null)}
          >
            {texts.retryAll}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={isTrying}
            aria-label={texts.discardAllOf(file)}
            leftSection={<Icon name="trash" size={14} />}
            onClick={() => void discardAll()}
          >
            {texts.discardAll}
          </Button>
        </span>
      </div>
      <ul className={own.rows} aria-busy={isTrying}>
        {letters.map((letter) => (
          <li key={letter.id} className={own.row}>
            <div className={own.what}>
              <strong>
                {texts.columns.row} {letter.rowNumber}
              </strong>
              <ul className={own.reasons}>
                {letter.reasons.map((reason) => (
                  <li key={reason}>{reason}</li>
                ))}
              </ul>
              <p className={classes.soft}>
                {texts.columns.tried} {texts.tried(letter.attempts)}, <Instant at={letter.failedAt} />
              </p>
              <Cells letter={letter} />
            </div>
            <span className={own.buttons}>
              <Button
                size="compact-xs"
                variant="default"
                disabled={isTrying}
                aria-label={texts.retryOf(letter.rowNumber, file)}
                onClick={() => void retries.retry(importId, [letter.id])}
              >
                {texts.retry}
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                disabled={isTrying}
                aria-label={texts.discardOf(letter.rowNumber, file)}
                onClick={() => discard([letter.id], 1)}
              >
                {texts.discard}
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The cells of a row under their headers. */
function Cells({ letter: { rowNumber, headers, values } }: { readonly letter: Letter }) {
  return (
    <details className={own.cells}>
      <summary aria-label={texts.cells(rowNumber)}>{texts.cellsShort}</summary>
      <dl>
        {headers.map((header, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a header may stand twice in a file; places never move.
          <div key={place}>
            <dt>{header || texts.noHeader}</dt>
            <dd>{values[place] ?? <span className={classes.count}>{texts.blank}</span>}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
