import { Button } from '@mantine/core';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { Icon } from '../shared/icons.tsx';
import { tellProblem, tellRefusals } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import type { Mapping } from './columns.ts';
import { ImportWorkbookDocument } from './documents.generated.ts';
import type { ImportWhole } from './import-model.ts';
import classes from './import-page.module.css';
import { Staging } from './staging.tsx';
import { importTexts } from './texts.ts';
import { useUploads } from './use-uploads.ts';

const { next: texts } = importTexts;

interface Props {
  readonly shown: ImportWhole;
  /** How columns are to be read in whatever is brought in from here. */
  readonly mapping: Mapping | null;
  readonly onBegun: (keys: readonly number[]) => void;
}

/** What one does about an import that has ended: import what was only checked, correct what was left out, try another file. */
export function NextStep(props: Props) {
  const { status, dryRun, failedRows } = props.shown;
  return (
    <>
      {dryRun && (status === 'COMPLETED' || status === 'COMPLETED_WITH_ERRORS') ? <ImportChecked {...props} /> : null}
      {(status === 'COMPLETED_WITH_ERRORS' || status === 'CANCELLED') && failedRows > 0 ? <Correct {...props} /> : null}
      {status === 'FAILED' ? (
        <section className={classes.panel} aria-label={texts.againTitle}>
          <h2 className={classes.heading}>{texts.againTitle}</h2>
          <p className={classes.soft}>{props.shown.columns.length > 0 ? texts.againColumns : texts.againWords}</p>
          <Staging isSmall title={texts.drop} mapping={null} onBegun={props.onBegun} />
        </section>
      ) : null}
    </>
  );
}

function ImportChecked({ shown, mapping, onBegun }: Props) {
  const { uploads } = useUploads();
  const file = uploads.fileOf(shown.id);
  // One that has rows to correct has a place for files already.
  const hasPlace = shown.failedRows > 0;
  return (
    <section className={classes.panel} aria-label={texts.importTitle}>
      <h2 className={classes.heading}>{texts.importTitle}</h2>
      <p className={classes.soft}>{file ? texts.importWords : texts.fileGone}</p>
      {file ? (
        <Button
          className={classes.start}
          disabled={shown.succeededRows === 0}
          onClick={() => onBegun(uploads.add([file], { dryRun: false, mapping }))}
        >
          {texts.importStart(shown.succeededRows)}
        </Button>
      ) : hasPlace ? null : (
        <Staging isSmall title={texts.drop} mapping={mapping} onBegun={onBegun} />
      )}
    </section>
  );
}

function Correct({ shown, mapping, onBegun }: Props) {
  const [isAsking, setAsking] = useState(false);
  const download = async (): Promise<void> => {
    setAsking(true);
    try {
      // Asked for now, since a link holds for a quarter of an hour only.
      const { importProcess } = await ask(ImportWorkbookDocument, { id: shown.id });
      const url = importProcess?.errorWorkbookUrl;
      if (url) location.assign(url);
      else tellRefusals(sharedTexts.failed, [texts.noWorkbook]);
    } catch (error) {
      tellProblem(asProblem(error, apiTexts.unreachable));
    }
    setAsking(false);
  };
  return (
    <section className={classes.panel} aria-label={texts.correctTitle}>
      <h2 className={classes.heading}>{texts.correctTitle}</h2>
      <p className={classes.soft}>{texts.correctWords}</p>
      <div className={classes.correct}>
        <Button
          variant="default"
          loading={isAsking}
          leftSection={<Icon name="download" size={16} />}
          onClick={() => void download()}
        >
          {texts.download}
        </Button>
        <Staging isSmall title={texts.dropCorrected} mapping={mapping} onBegun={onBegun} />
      </div>
    </section>
  );
}
