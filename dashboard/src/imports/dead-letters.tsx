import { Button, Group, Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { Icon } from '../shared/icons.tsx';
import { tellDone, tellProblem } from '../shared/notify.ts';
import { ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { DeadLetterTable } from './dead-letter-table.tsx';
import classes from './dead-letters.module.css';
import { DiscardLettersDocument, RetryLettersDocument } from './documents.generated.ts';
import { type ImportWhole, isOpen } from './import-model.ts';
import { importTexts } from './texts.ts';
import { useDeadLetters } from './use-dead-letters.ts';

const { letters: texts } = importTexts;

interface Props {
  readonly shown: ImportWhole;
  readonly act: (work: () => Promise<ImportWhole>) => Promise<boolean>;
}

/** The rows that were left out, as they came and why; each can be tried again or discarded. */
export function DeadLetters({ shown, act }: Props) {
  const { id, status } = shown;
  // While it runs the list would change faster than it can be read.
  const { page, from, problem, reload, next, previous } = useDeadLetters(id, `${status} ${markOf(shown)}`);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [discarding, setDiscarding] = useState<readonly string[] | 'all' | null>(null);
  const total = page?.totalCount ?? 0;
  // What is no longer on the page cannot be seen to be selected.
  useEffect(() => {
    const there = new Set(page?.nodes.map((letter) => letter.id));
    setSelected((before) => new Set([...before].filter((each) => there.has(each))));
  }, [page]);

  /** What was asked to be tried again, until it has been. */
  const trying = useRef<{ readonly rows: number; readonly succeededBefore: number } | null>(null);
  const { succeededRows } = shown;
  useEffect(() => {
    if (!trying.current || isOpen(status)) return;
    const { rows, succeededBefore } = trying.current;
    trying.current = null;
    tellDone(texts.retried(succeededRows - succeededBefore, rows));
  }, [status, succeededRows]);

  const retry = async (ids: readonly string[] | null): Promise<void> => {
    trying.current = { rows: ids?.length ?? total, succeededBefore: succeededRows };
    if (await act(async () => (await ask(RetryLettersDocument, { importId: id, ids })).retryDeadLetters)) reload();
    else trying.current = null;
  };
  const discard = async (ids: readonly string[] | null): Promise<void> => {
    setDiscarding(null);
    try {
      const { discardDeadLetters: count } = await ask(DiscardLettersDocument, { importId: id, ids });
      tellDone(texts.discarded(count));
    } catch (error) {
      tellProblem(asProblem(error, apiTexts.unreachable));
    }
    reload();
  };

  const canAct = status === 'COMPLETED_WITH_ERRORS';
  const chosen = [...selected];
  return (
    <section className={classes.section} aria-label={texts.title}>
      <div className={classes.head}>
        <h2 className={classes.heading}>{texts.title}</h2>
        <span className={classes.soft}>{page ? texts.count(total) : ''}</span>
      </div>
      {problem ? (
        <ErrorState problem={problem} onRetry={reload} />
      ) : !page ? (
        <RowsSkeleton rows={6} />
      ) : page.nodes.length === 0 ? (
        <p className={classes.soft}>{isOpen(status) ? texts.soon : texts.none}</p>
      ) : (
        <>
          {canAct || isOpen(status) ? <p className={classes.soft}>{canAct ? texts.words : texts.running}</p> : null}
          {canAct ? (
            <div className={classes.actions}>
              {chosen.length > 0 ? (
                <>
                  <strong>{texts.chosen(chosen.length)}</strong>
                  <Button size="xs" variant="default" onClick={() => void retry(chosen)}>
                    {texts.retry}
                  </Button>
                  <Button size="xs" variant="default" onClick={() => setDiscarding(chosen)}>
                    {texts.discard}
                  </Button>
                  <Button size="xs" variant="subtle" onClick={() => setSelected(new Set())}>
                    {texts.clear}
                  </Button>
                </>
              ) : (
                <>
                  <Button
                    size="xs"
                    variant="default"
                    leftSection={<Icon name="refresh" size={14} />}
                    onClick={() => void retry(null)}
                  >
                    {texts.retryAll(total)}
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    leftSection={<Icon name="trash" size={14} />}
                    onClick={() => setDiscarding('all')}
                  >
                    {texts.discardAll(total)}
                  </Button>
                </>
              )}
            </div>
          ) : null}
          <DeadLetterTable
            letters={page.nodes}
            columns={shown.columns}
            canAct={canAct}
            selected={selected}
            onSelect={setSelected}
            onRetry={(letter) => void retry([letter])}
            onDiscard={(letter) => setDiscarding([letter])}
          />
          {total > page.nodes.length ? (
            <div className={classes.pages}>
              <Button size="xs" variant="default" disabled={from === 0} onClick={previous}>
                {texts.previous}
              </Button>
              <span className={classes.soft}>{texts.page(from + 1, from + page.nodes.length, total)}</span>
              <Button size="xs" variant="default" disabled={!page.pageInfo.hasNextPage} onClick={next}>
                {texts.next}
              </Button>
            </div>
          ) : null}
        </>
      )}
      <Modal
        opened={discarding !== null}
        onClose={() => setDiscarding(null)}
        title={texts.sure(discarding === 'all' ? total : (discarding?.length ?? 0))}
        closeButtonProps={{ 'aria-label': sharedTexts.close }}
      >
        <p className={classes.soft}>{texts.sureWords}</p>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={() => setDiscarding(null)} data-autofocus>
            {texts.keep}
          </Button>
          <Button color="red" onClick={() => void discard(discarding === 'all' ? null : discarding)}>
            {texts.discard}
          </Button>
        </Group>
      </Modal>
    </section>
  );
}

/** What the list depends on; while the import runs it is read for its first letter, not for each. */
function markOf({ status, failedRows, succeededRows }: ImportWhole): string {
  return isOpen(status) ? '' : `${failedRows} ${succeededRows}`;
}
