import { Button } from '@mantine/core';
import { useCallback, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useShortcuts } from '../shared/shortcuts.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { useTitle } from '../shared/use-title.ts';
import classes from './imports-page.module.css';
import { ImportsTable } from './imports-table.tsx';
import { Staging } from './staging.tsx';
import { StaleNotice } from './stale-notice.tsx';
import { importTexts as texts } from './texts.ts';
import { UploadList } from './upload-list.tsx';
import type { Upload } from './uploads.ts';
import { useImports } from './use-imports.ts';

/** Every import, and the place to begin one. */
export function ImportsPage() {
  useTitle(texts.title);
  const navigate = useNavigate();
  const { rows, problem, look, isReading, hasOlder, readOlder } = useImports();
  const [awaited, setAwaited] = useState<number | null>(null);
  const opener = useRef<(() => void) | null>(null);
  useShortcuts(texts.keyboard.group, [{ keys: 'c', does: texts.keyboard.choose, run: () => opener.current?.() }]);
  const arrived = useCallback(
    ({ importId, isKnown }: Upload) => void navigate(`/imports/${importId}`, { state: { isKnown } }),
    [navigate],
  );
  return (
    <div className={classes.page}>
      <h1 className={classes.title}>{texts.title}</h1>
      <Staging
        title={texts.drop.title}
        words={texts.drop.words}
        opener={opener}
        mapping={null}
        // Of several the list tells; one is what somebody wants to see.
        onBegun={(keys) => setAwaited(keys.length === 1 ? (keys[0] ?? null) : null)}
      />
      <UploadList awaited={awaited} onArrived={arrived} />
      {problem && rows ? <StaleNotice problem={problem} onRetry={() => void look()} /> : null}
      {problem && !rows ? (
        <ErrorState problem={problem} onRetry={() => void look()} />
      ) : !rows ? (
        <RowsSkeleton rows={8} />
      ) : rows.length === 0 ? (
        <EmptyState icon="upload" title={texts.list.empty} words={texts.list.emptyWords} />
      ) : (
        <>
          <ImportsTable rows={rows} />
          {hasOlder ? (
            <Button variant="default" className={classes.more} loading={isReading} onClick={() => void readOlder()}>
              {texts.list.more}
            </Button>
          ) : null}
        </>
      )}
    </div>
  );
}
