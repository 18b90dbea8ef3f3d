import { importsTitle } from './title.ts';

const rows = (count: number): string => (count === 1 ? '1 row' : `${count.toLocaleString()} rows`);
const are = (count: number): string => (count === 1 ? 'is' : 'are');

/** What the imports say. */
export const importTexts = {
  title: importsTitle,
  rows,
  fields: {
    externalId: 'Ticket number',
    clientName: 'Client',
    clientType: 'Tier of the client',
    status: 'Status',
    createdAt: 'Created',
    resolvedAt: 'Resolved',
    agent: 'Agent',
    priority: 'Priority',
    escalationLevel: 'Escalation level',
    title: 'Title',
  },
  status: {
    QUEUED: 'Waiting',
    RUNNING: 'Running',
    COMPLETED: 'Done',
    COMPLETED_WITH_ERRORS: 'Done, with rows left out',
    FAILED: 'Refused',
    CANCELLED: 'Stopped',
  },
  dryRun: 'Check only',
  drop: {
    label: 'Files to import',
    title: 'Drop a workbook or CSV file here',
    words:
      'Tickets of another desk, one per row, with a header row. They become history for the reports; nobody is alerted.',
    over: 'Let go to choose the files',
    choose: 'Choose files',
    folder: (name: string) => `${name} is a folder. Drop the files in it.`,
    staged: 'Chosen files',
    remove: (name: string) => `Do not import ${name}`,
    check: 'Check first',
    checkWords: 'Checking judges every row and stores nothing.',
    start: 'Import',
  },
  upload: {
    label: 'Uploads',
    waiting: 'waits for the upload before it',
    sending: (sent: string, size: string) => `${sent} of ${size} sent`,
    received: 'sent, the server is looking at it',
    done: 'uploaded',
    already: 'This file was uploaded before, in the same way. This is its import.',
    open: 'Show import',
    stop: (name: string) => `Stop the upload of ${name}`,
    again: 'Send again',
    dismiss: (name: string) => `Close the message about ${name}`,
    progress: (name: string) => `Upload of ${name}`,
    stopped: 'The upload was cut off before the server had the whole file. Send it again.',
    unreadable: 'The file cannot be read any more. It was moved or changed: choose it again.',
  },
  list: {
    label: 'Imports, newest first',
    columns: { file: 'File', status: 'Status', rows: 'Rows', left: 'Left out', by: 'By', uploaded: 'Uploaded' },
    ofTotal: (processed: number, total: number) => `${processed.toLocaleString()} of ${total.toLocaleString()}`,
    more: 'Show older imports',
    stale: (message: string) => `What you see may be out of date. ${message}`,
    empty: 'Nothing has been imported yet',
    emptyWords: 'Drop a file above to bring in the history of another desk.',
  },
  outcome: {
    queued: 'It waits for its turn.',
    reading: 'The file is being read. How many rows it has is known soon.',
    running: 'The rows are being brought in.',
    trying: 'The rows are being checked; nothing is stored.',
    all: (count: number) => (count === 1 ? 'The only row is in.' : `All ${rows(count)} are in.`),
    some: (succeeded: number, total: number, failed: number) =>
      total === 1
        ? 'The only row was left out.'
        : `${succeeded.toLocaleString()} of ${rows(total)} ${are(succeeded)} in, ${failed.toLocaleString()} ${are(failed)} not.`,
    wouldAll: (count: number) =>
      count === 1
        ? 'The only row can be imported. Nothing was stored.'
        : `All ${rows(count)} can be imported. Nothing was stored.`,
    wouldSome: (succeeded: number, total: number, failed: number) =>
      total === 1
        ? 'The only row cannot be imported. Nothing was stored.'
        : `${succeeded.toLocaleString()} of ${rows(total)} can be imported, ${failed.toLocaleString()} cannot. Nothing was stored.`,
    cancelled: (processed: number, total: number | null) =>
      total === null
        ? `Stopped after ${rows(processed)}. What is in stays in.`
        : `Stopped after ${processed.toLocaleString()} of ${rows(total)}. What is in stays in.`,
    failed: 'The file was refused as a whole. None of its rows is in.',
  },
  progress: {
    label: 'Progress',
    bar: 'Rows',
    value: (processed: number, total: number | null, failed: number) =>
      `${processed.toLocaleString()} of ${total === null ? 'an unknown number of' : total.toLocaleString()} rows, ${failed.toLocaleString()} left out`,
    succeeded: 'In',
    wouldSucceed: 'Can be imported',
    failed: 'Left out',
    processed: 'Processed',
    total: (total: number) => `of ${total.toLocaleString()}`,
    unknownTotal: 'so far',
    pace: 'Rows per second',
    perSecond: (pace: string) => `${pace} rows/s`,
    leftWords: (time: string) => `${time} left`,
    left: 'Time left',
    took: 'Took',
    unknown: '–',
    stalled: (time: string) => `No row has come in for ${time}. The server tries again by itself.`,
  },
  page: {
    back: 'Imports',
    missing: 'There is no such import',
    missingWords: 'The address may be wrong. The list shows every import.',
    by: (name: string) => `by ${name}`,
    cancel: 'Stop',
    resume: 'Go on',
  },
  next: {
    importTitle: 'Import it now',
    importWords:
      'The check has stored nothing. Importing brings in every row that can be, and lists the others as here.',
    importStart: (count: number) => `Import ${rows(count)}`,
    fileGone: 'This page no longer has the file, since it was chosen on another page load. Drop it here once more.',
    correctTitle: 'Correct what was left out',
    correctWords:
      'The error workbook has these rows alone, each with its reason. Put the cells right, delete rows that you do not want, and drop it here: exactly its rows are imported.',
    download: 'Download error workbook',
    noWorkbook: 'There is no error workbook any more.',
    againTitle: 'Try another file',
    againWords: 'Put right what the sentence above says, and drop the file here.',
    againColumns: 'Put right what the sentence above says and drop the file here, or say below what its columns are.',
    drop: 'Drop the file here',
    dropCorrected: 'Drop the corrected workbook here',
  },
  columns: {
    title: 'Columns',
    summary: (used: number, total: number) => `${used} of ${total} columns are used`,
    ignored: (headers: string) => `Left out: ${headers}`,
    words: 'Each column of the file and what it was taken for. If that is wrong, change it and import the file again.',
    header: 'Column of the file',
    field: 'Taken for',
    choose: (header: string) => `What the column ${header} is`,
    leave: 'Leave out',
    option: (name: string, field: string, isRequired: boolean) => `${name} (${field})${isRequired ? ', required' : ''}`,
    blank: 'no header',
    unnamable: 'Two columns have this header. Rename one in the file to choose what it is.',
    missing: (fields: string) => `Still to be chosen: ${fields}.`,
    doubled: (fields: string) => `Chosen for more than one column: ${fields}.`,
    more: (count: number) => `${count.toLocaleString()} more columns are left out and not shown.`,
    andMore: (some: string, count: number) => `${some} and ${count.toLocaleString()} more`,
    start: 'Import again with these columns',
    check: 'Check again with these columns',
    reset: 'Undo my changes',
    needsFile: 'Drop the file here to import it with these columns',
  },
  letters: {
    title: 'Rows left out',
    count: (count: number) => rows(count),
    none: 'No rows are left here. They were retried or discarded.',
    soon: 'Rows that cannot be brought in will be listed here.',
    running: 'Rows can be retried and discarded once the import has ended.',
    words:
      'Trying again helps when something outside of the file was in the way. A row that breaks a rule comes back: correct it in the error workbook.',
    table: 'Rows left out, as they came',
    select: 'Select',
    selectAll: 'Select all rows on this page',
    selectRow: (row: number) => `Select row ${row}`,
    row: 'Row',
    rowNumber: (row: number) => `Row ${row}`,
    reasons: 'Why',
    attempts: (count: number) => `tried ${count} times, last`,
    beyond: 'beyond the headers',
    noHeader: 'no header',
    moreColumns: (count: number) => `${count.toLocaleString()} more columns are in the error workbook.`,
    blank: 'blank',
    chosen: (count: number) => `${count} selected`,
    retry: 'Try again',
    discard: 'Discard',
    retryRow: (row: number) => `Try row ${row} again`,
    discardRow: (row: number) => `Discard row ${row}`,
    retryAll: (count: number) => (count === 1 ? 'Try the row again' : `Try all ${rows(count)} again`),
    discardAll: (count: number) => (count === 1 ? 'Discard the row' : `Discard all ${rows(count)}`),
    clear: 'Clear selection',
    sure: (count: number) => `Discard ${rows(count)}?`,
    sureWords: 'They are deleted for good, and the error workbook no longer has them. The counters of the import stay.',
    keep: 'Keep',
    discarded: (count: number) =>
      count === 1 ? '1 row was discarded' : `${count.toLocaleString()} rows were discarded`,
    retried: (succeeded: number, count: number) =>
      `${succeeded.toLocaleString()} of ${rows(count)} tried again ${are(count)} in now`,
    page: (from: number, to: number, total: number) =>
      `${from.toLocaleString()} to ${to.toLocaleString()} of ${total.toLocaleString()}`,
    previous: 'Previous rows',
    next: 'Next rows',
  },
  keyboard: { group: 'Imports', choose: 'Choose files', back: 'Back to the imports' },
} as const;
