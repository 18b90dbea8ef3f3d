import { NumberTable } from './number-table.tsx';
import { CardButton, ReportCard, TableScroll } from './report-card.tsx';
import { tableScene } from './table-scene.ts';
import { type Agent, agentsTable, sortAgents } from './tables.ts';
import { reportTexts } from './texts.ts';
import { AGENT_SORTS, FEW_AGENTS, MOST_AGENTS, type ReportsView, type ViewChange } from './view.ts';

const texts = reportTexts.agents;
/** Resolved, mean time and kept. */
const BARRED = [1, 2, 4];

interface Props {
  readonly agents: readonly Agent[];
  /** How many were asked for: when there are as many, there may be more. */
  readonly asked: number;
  readonly view: ReportsView;
  readonly caption: string;
  readonly fileRange: string;
  readonly onChange: (change: ViewChange) => void;
}

/** Who resolved how much, how fast, and kept how many promises. */
export function AgentsCard({ agents, asked, view, caption, fileRange, onChange }: Props) {
  const table = agentsTable(sortAgents(agents, view));
  const words = agents.length === asked ? texts.words(asked) : texts.all;
  const sort = (column: number): void =>
    onChange((now) => {
      const [by = now.sort] = AGENT_SORTS.slice(column, column + 1);
      const first = by === 'agent' ? 'ASC' : 'DESC';
      const other = now.direction === 'ASC' ? 'DESC' : 'ASC';
      return { sort: by, direction: by === now.sort ? other : first };
    });
  const amount =
    asked === MOST_AGENTS && agents.length > FEW_AGENTS ? (
      <CardButton label={texts.fewer(FEW_AGENTS)} icon={false} onClick={() => onChange(() => ({ agents: FEW_AGENTS }))}>
        {texts.fewer(FEW_AGENTS)}
      </CardButton>
    ) : asked === FEW_AGENTS && agents.length === asked ? (
      <CardButton
        label={texts.more(MOST_AGENTS)}
        icon={false}
        onClick={() => onChange(() => ({ agents: MOST_AGENTS }))}
      >
        {texts.more(MOST_AGENTS)}
      </CardButton>
    ) : null;
  return (
    <ReportCard
      table={table}
      words={words}
      caption={caption}
      fileRange={fileRange}
      breadth="table"
      picture={() => tableScene(table, BARRED)}
      empty={agents.length === 0 ? { title: texts.empty, words: texts.emptyWords } : null}
      actions={amount}
    >
      <TableScroll label={texts.title}>
        <NumberTable
          table={table}
          caption={`${table.title}. ${words}`}
          barred={BARRED}
          asList
          sorting={{
            by: AGENT_SORTS.indexOf(view.sort),
            direction: view.direction,
            label: texts.sortBy,
            onSort: sort,
          }}
        />
      </TableScroll>
    </ReportCard>
  );
}
