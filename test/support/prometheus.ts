import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './server-process.ts';

/** An expression of PromQL, and where it stands. */
export interface Expression {
  readonly place: string;
  readonly text: string;
}

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

export const dashboardPanels = (): readonly Panel[] =>
  (JSON.parse(read('docs/grafana-dashboard.json')) as { panels: Panel[] }).panels;

export function dashboardExpressions(): Expression[] {
  return dashboardPanels().flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ place: title, text: expr })),
  );
}

/** An alert, as far as its text shows it: there is no reader of YAML among the dependencies. */
export interface Alert extends Expression {
  readonly runbook: string;
}

export function alerts(): Alert[] {
  const [, ...blocks] = read('docs/prometheus-alerts.yml').split(/^ +- alert: /m);
  return blocks.map((block) => {
    const place = block.slice(0, block.indexOf('\n')).trim();
    const [, text = ''] = /^ +expr: (?:\|\n)?([\s\S]*?)^ +(?:for|labels):/m.exec(block) ?? [];
    const [, runbook = ''] = /^ +runbook: (\S+)$/m.exec(block) ?? [];
    return { place, text: text.trim(), runbook };
  });
}

const NOT_METRICS = new Set(['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

/** The metrics that an expression reads. */
export function metricsIn(text: string): string[] {
  const bare = text
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ');
  const names = [...bare.matchAll(/\b([a-z_][a-z0-9_:]*)\b(?!\s*\()/gi)].flatMap(([, name]) => name ?? []);
  return [...new Set(names.filter((name) => !NOT_METRICS.has(name)))];
}
