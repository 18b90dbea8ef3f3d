import { Button } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { unreachable } from '../api/problem.ts';
import { Icon } from '../shared/icons.tsx';
import { tellProblem } from '../shared/notify.ts';
import { EmptyState } from '../shared/states.tsx';
import classes from './chart.module.css';
import { csvOf } from './csv.ts';
import { NumberTable } from './number-table.tsx';
import { download, pngOf, svgOf } from './picture.ts';
import type { Scene } from './scene.ts';
import { SceneView } from './scene-view.tsx';
import type { ReportTable } from './tables.ts';
import { reportTexts } from './texts.ts';

const texts = reportTexts.card;
const PICTURE_WIDTH = 920;
/** Without it Excel takes the file for another encoding. */
const BYTE_ORDER_MARK = '\ufeff';

interface Props {
  readonly table: ReportTable;
  /** What the numbers are. */
  readonly words: string;
  /** What has to be known to read them. */
  readonly notes?: readonly string[];
  /** Range and time of the figures; stands in the picture. */
  readonly caption: string;
  /** For the names of files. */
  readonly fileRange: string;
  /** As a picture, that wide. */
  readonly picture: (width: number) => Scene;
  /** Instead of the chart or table, when there is nothing. */
  readonly empty: { readonly title: string; readonly words: string } | null;
  readonly actions?: ReactNode;
  /** Of a wide page: a column; all of it; a column of a wall screen, else all of it. */
  readonly breadth?: 'column' | 'whole' | 'table';
  readonly children: ReactNode;
}

/** A report in its block: heading, ways to take it along, and what it shows. */
export function ReportCard({
  table,
  words,
  notes = [],
  caption,
  fileRange,
  picture,
  empty,
  actions,
  breadth = 'column',
  children,
}: Props) {
  const id = useId();
  const file = (ending: string): string => `techsupport-${table.name}-${fileRange}.${ending}`;
  const saveCsv = (): void =>
    download(new Blob([BYTE_ORDER_MARK, csvOf(table)], { type: 'text/csv;charset=utf-8' }), file('csv'));
  const savePng = async (): Promise<void> => {
    try {
      download(await pngOf(svgOf(picture(PICTURE_WIDTH), table.title, caption)), file('png'));
    } catch {
      tellProblem(unreachable(texts.pngFailed));
    }
  };
  return (
    <section className={classes.card} data-breadth={breadth} aria-labelledby={id}>
      <div className={classes.head}>
        <h2 id={id} className={classes.title}>
          {table.title}
        </h2>
        {empty ? null : (
          <div className={classes.actions}>
            {actions}
            <CardButton label={texts.csvOf(table.title)} onClick={saveCsv}>
              {texts.csv}
            </CardButton>
            <CardButton label={texts.pngOf(table.title)} onClick={() => void savePng()}>
              {texts.png}
            </CardButton>
          </div>
        )}
      </div>
      {empty ? (
        <EmptyState icon="chart" title={empty.title} words={empty.words} />
      ) : (
        <>
          <p className={classes.words}>{[words, ...notes].join(' ')}</p>
          {children}
        </>
      )}
    </section>
  );
}

interface ButtonProps {
  readonly label: string;
  readonly icon?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function CardButton({ label, icon = true, onClick, children }: ButtonProps) {
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      color="gray"
      c="var(--ink-soft)"
      fw={500}
      aria-label={label}
      title={label}
      leftSection={icon ? <Icon name="download" size={14} /> : undefined}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}

interface ChartCardProps extends Omit<Props, 'actions' | 'children'> {
  readonly isTable: boolean;
  readonly onToggle: () => void;
}

/** A report as a chart, with its numbers as a table: in sight when somebody wants it so, else for those who listen. */
export function ChartCard({ isTable, onToggle, ...card }: ChartCardProps) {
  const { table, words, picture } = card;
  const label = isTable ? texts.asChart : texts.asTable;
  const toggle = (
    <CardButton label={`${label}: ${table.title}`} icon={false} onClick={onToggle}>
      {label}
    </CardButton>
  );
  return (
    <ReportCard {...card} actions={toggle}>
      {isTable ? null : <SceneView draw={picture} />}
      {isTable ? (
        <TableScroll label={table.title}>
          <NumberTable table={table} caption={`${table.title}. ${words}`} />
        </TableScroll>
      ) : (
        <div className={classes.hidden}>
          <NumberTable table={table} caption={`${table.title}. ${words}`} />
        </div>
      )}
    </ReportCard>
  );
}

/** A place that scrolls sideways, by keys too. */
export function TableScroll({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
    <section className={classes.scroll} tabIndex={0} aria-label={texts.table(label)}>
      {children}
    </section>
  );
}
