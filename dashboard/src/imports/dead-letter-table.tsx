import { ActionIcon, Checkbox } from '@mantine/core';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { blamedFields, shownColumns } from './columns.ts';
import classes from './dead-letters.module.css';
import type { ImportWhole } from './import-model.ts';
import { importTexts } from './texts.ts';
import type { DeadLetter } from './use-dead-letters.ts';

const { letters: texts } = importTexts;

/** A sheet may have 16,384 columns; the used ones are always shown. */
const MOST_COLUMNS = 40;

interface Props {
  readonly letters: readonly DeadLetter[];
  readonly columns: ImportWhole['columns'];
  /** They can be tried again and discarded. */
  readonly canAct: boolean;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly onRetry: (id: string) => void;
  readonly onDiscard: (id: string) => void;
}

/** A line for each row: its number, why it was left out, and its cells under the headers of the file. */
export function DeadLetterTable({ letters, columns, canAct, selected, onSelect, onRetry, onDiscard }: Props) {
  const headers = letters[0]?.headers ?? [];
  const widest = Math.max(headers.length, ...letters.map(({ values }) => values.length));
  const places = shownColumns(columns, widest, MOST_COLUMNS);
  const nameOf = (index: number): string =>
    headers[index]?.trim() || (index < headers.length ? texts.noHeader : texts.beyond);
  const all = letters.map(({ id }) => id);
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the page is scrolled by the arrow keys.
    <section className={classes.scroll} aria-label={texts.table} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {canAct ? (
              <th scope="col" className={classes.select}>
                <Checkbox
                  size="xs"
                  aria-label={texts.selectAll}
                  checked={selected.size > 0}
                  indeterminate={selected.size > 0 && selected.size < all.length}
                  onChange={(event) => onSelect(new Set(event.currentTarget.checked ? all : []))}
                />
              </th>
            ) : null}
            <th scope="col">{texts.row}</th>
            <th scope="col" className={classes.why}>
              {texts.reasons}
            </th>
            {places.map((index) => (
              <th key={index} scope="col">
                {nameOf(index)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {letters.map((letter) => {
            const blamed = blamedFields(letter.reasons);
            const isBlamed = (index: number): boolean => [...blamed].some((field) => field === columns[index]?.field);
            const { id, rowNumber, reasons, values, attempts, failedAt } = letter;
            return (
              <tr key={id} data-selected={selected.has(id)}>
                {canAct ? (
                  <td className={classes.select}>
                    <Checkbox
                      size="xs"
                      aria-label={texts.selectRow(rowNumber)}
                      checked={selected.has(id)}
                      onChange={() => toggle(id)}
                    />
                  </td>
                ) : null}
                <th scope="row" className={classes.row} data-label={texts.row}>
                  {rowNumber}
                </th>
                <td className={classes.why}>
                  <ul className={classes.reasons}>
                    {reasons.map((reason) => (
                      <li key={reason}>{reason}</li>
                    ))}
                  </ul>
                  {attempts > 1 ? (
                    <span className={classes.soft}>
                      {texts.attempts(attempts)} <Instant at={failedAt} />
                    </span>
                  ) : null}
                  {canAct ? (
                    <span className={classes.each}>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        title={texts.retryRow(rowNumber)}
                        aria-label={texts.retryRow(rowNumber)}
                        onClick={() => onRetry(id)}
                      >
                        <Icon name="refresh" size={15} />
                      </ActionIcon>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        title={texts.discardRow(rowNumber)}
                        aria-label={texts.discardRow(rowNumber)}
                        onClick={() => onDiscard(id)}
                      >
                        <Icon name="trash" size={15} />
                      </ActionIcon>
                    </span>
                  ) : null}
                </td>
                {places.map((index) => (
                  <td
                    key={index}
                    className={classes.cell}
                    data-label={nameOf(index)}
                    data-blamed={isBlamed(index)}
                    data-blank={(values[index] ?? null) === null}
                  >
                    {values[index] ?? texts.blank}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {places.length < widest ? <p className={classes.rest}>{texts.moreColumns(widest - places.length)}</p> : null}
    </section>
  );
}
