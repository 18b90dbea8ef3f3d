import { Alert, Button } from '@mantine/core';
import { type ReactNode, useCallback, useState } from 'react';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { ask } from '../api/client.ts';
import { serverClock } from '../api/server-clock.ts';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { useTitle } from '../shared/use-title.ts';
import { type Choice, choicesOf, mappingOf, mappingOfCorrection } from './columns.ts';
import { ColumnsPanel } from './columns-panel.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { CancelImportDocument, ResumeImportDocument } from './documents.generated.ts';
import { useDropGuard } from './drop-zone.tsx';
import { type ImportWhole, isOpen, isResumable, sizeWords } from './import-model.ts';
import classes from './import-page.module.css';
import { DryRunMark, ImportStatusBadge } from './import-status.tsx';
import { NextStep } from './next-step.tsx';
import { ProgressPanel } from './progress-panel.tsx';
import { StaleNotice } from './stale-notice.tsx';
import { importTexts } from './texts.ts';
import { UploadList } from './upload-list.tsx';
import type { Upload } from './uploads.ts';
import { useImport } from './use-import.ts';

const { page: texts } = importTexts;

/** One import, by the id in the address. */
export function ImportPage() {
  const { id = '' } = useParams();
  // Another import is another page: nothing of the last one is shown under its address.
  return <OneImport key={id} id={id} />;
}

function OneImport({ id }: { readonly id: string }) {
  const open = useImport(id);
  useTitle(open.shown ? open.shown.filename : importTexts.title);
  if (open.problem && !open.shown) return <ErrorState problem={open.problem} onRetry={() => void open.look()} />;
  if (open.shown === undefined) return <RowsSkeleton rows={10} />;
  if (open.shown === null) {
    return (
      <EmptyState icon="upload" title={texts.missing} words={texts.missingWords}>
        <Button variant="default" component={Link} to="/imports">
          {texts.back}
        </Button>
      </EmptyState>
    );
  }
  return (
    <Open shown={open.shown} act={open.act}>
      {open.problem ? <StaleNotice problem={open.problem} onRetry={() => void open.look()} /> : null}
    </Open>
  );
}

interface OpenProps {
  readonly shown: ImportWhole;
  readonly act: (work: () => Promise<ImportWhole>) => Promise<boolean>;
  /** What is to be said above everything else. */
  readonly children: ReactNode;
}

function Open({ shown, act, children }: OpenProps) {
  const { id, status } = shown;
  const navigate = useNavigate();
  useDropGuard();
  const isKnown = (useLocation().state as { readonly isKnown?: boolean } | null)?.isKnown === true;
  const [awaited, setAwaited] = useState<number | null>(null);
  /** What somebody says that the columns are; null: what they were taken for. */
  const [changed, setChanged] = useState<readonly Choice[] | null>(null);
  const taken = choicesOf(shown.columns);
  const choices = changed ?? taken;
  const mapping = changed ? mappingOf(changed) : mappingOfCorrection(taken);
  const arrived = useCallback(
    (upload: Upload) => void navigate(`/imports/${upload.importId}`, { state: { isKnown: upload.isKnown } }),
    [navigate],
  );
  const begun = (keys: readonly number[]): void => setAwaited(keys.at(-1) ?? null);
  useShortcuts(importTexts.keyboard.group, [
    { keys: 'u', does: importTexts.keyboard.back, run: () => void navigate('/imports') },
  ]);
  const columns =
    shown.columns.length > 0 ? (
      <ColumnsPanel
        shown={shown}
        choices={choices}
        isChanged={changed !== null}
        onChange={setChanged}
        onBegun={begun}
      />
    ) : null;
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Link to="/imports" className={classes.back ?? ''}>
          <Icon name="back" size={15} />
          {texts.back}
        </Link>
        <div className={classes.line}>
          <h1 className={classes.title}>{shown.filename}</h1>
          {isOpen(status) ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<Icon name="pause" size={15} />}
              onClick={() => void act(async () => (await ask(CancelImportDocument, { id })).cancelImport)}
            >
              {texts.cancel}
            </Button>
          ) : null}
          {isResumable(shown, serverClock.now()) ? (
            <Button
              size="xs"
              leftSection={<Icon name="refresh" size={15} />}
              onClick={() => void act(async () => (await ask(ResumeImportDocument, { id })).resumeImport)}
            >
              {texts.resume}
            </Button>
          ) : null}
        </div>
        <div className={classes.facts}>
          <ImportStatusBadge status={status} />
          {shown.dryRun ? <DryRunMark /> : null}
          <span>{sizeWords(shown.sizeBytes)}</span>
          <span>{texts.by(shown.uploadedBy.name)}</span>
          <Instant at={shown.createdAt} />
        </div>
      </div>
      {children}
      {isKnown ? <Alert color="blue">{importTexts.upload.already}</Alert> : null}
      <ProgressPanel shown={shown} />
      {status === 'FAILED' ? columns : null}
      {isOpen(status) ? null : <NextStep shown={shown} mapping={mapping} onBegun={begun} />}
      <UploadList awaited={awaited} onArrived={arrived} />
      {shown.failedRows > 0 ? <DeadLetters shown={shown} act={act} /> : null}
      {status === 'FAILED' ? null : columns}
    </div>
  );
}
