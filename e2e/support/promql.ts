import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';

const deploy = path.resolve(import.meta.dirname, '../../deploy');

/** Every expression of the Grafana dashboard and of the alert rules that we ship. */
export function deployedExpressions(): string[] {
  const { panels } = JSON.parse(readFileSync(path.join(deploy, 'grafana/zoetrope.json'), 'utf8')) as {
    panels: { targets?: { expr: string }[] }[];
  };
  const { groups } = parse(readFileSync(path.join(deploy, 'prometheus/alerts.yml'), 'utf8')) as {
    groups: { rules: { expr: string }[] }[];
  };
  return [
    ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ];
}

/**
 * The series that a PromQL expression reads, by Prometheus' own grammar.
 * @throws Error when it is no PromQL
 */
export function seriesOf(expression: string): string[] {
  // Grafana puts a duration there.
  const query = expression.replaceAll('$__rate_interval', '5m');
  const names: string[] = [];
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${expression}`);
      if (node.name === 'Identifier' && node.matchContext(['VectorSelector']))
        names.push(query.slice(node.from, node.to));
    },
  });
  if (names.length === 0) throw new Error(`reads no series: ${expression}`);
  return names;
}

/** Names that `/metrics` answers may be queried by: those it declares, and a histogram's three. */
export function declaredIn(metrics: string): Set<string> {
  const declared = [...metrics.matchAll(/^# TYPE (\S+) (\S+)/gm)];
  return new Set(
    declared.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    ),
  );
}

/** Sum of the samples of a series whose labels have all of these values; undefined when there is none. */
export function sampleOf(
  metrics: string,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const found = metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  return found.length === 0 ? undefined : found.reduce((sum, value) => sum + value, 0);
}
