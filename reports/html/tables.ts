import { html } from 'hono/html';
import type { Finding } from '../../harness/outcome.ts';
import type { ConntrackRow, Observation, TupleRow } from '../../spec/observation.ts';
import { addressName, endName } from './names.ts';
import { type Html, scrolling } from './template.ts';

/** What can be seen of a director in one table: rows by name, and what each says. */
interface Shown {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: (of: Observation) => readonly Row[];
}
interface Row {
  readonly name: string;
  /** In the order of the columns. */
  readonly cells: readonly string[];
}

const TABLES: readonly Shown[] = [
  {
    title: 'Services and real servers (ipvsadm -Ln)',
    columns: ['forward', 'weight', 'ActiveConn', 'InActConn'],
    rows: ({ services }) =>
      services.flatMap(({ protocol, address, port, scheduler, flags, dests }) => [
        {
          name: `${protocol} ${endName(address, port)} ${scheduler} ${flags}`.trim(),
          cells: ['', '', '', ''],
        },
        ...dests.map((dest) => ({
          name: `${endName(address, port)} → ${endName(dest.address, dest.port)}`,
          cells: [dest.forward, dest.weight, dest.activeConn, dest.inActConn].map(String),
        })),
      ]),
  },
  {
    title: 'IPVS connections (ipvsadm -Lnc)',
    columns: ['real server', 'state', 'expires'],
    rows: ({ connections }) =>
      connections.map((row) => ({
        name: `${row.protocol} ${endName(row.client, row.clientPort)} → ${endName(row.virtual, row.virtualPort)}`,
        cells: [endName(row.dest, row.destPort), row.state, `${row.expires} s`],
      })),
  },
  {
    title: 'Connection tracking (conntrack -L)',
    columns: ['reply', 'state', 'status', 'timeout', 'mark'],
    rows: ({ conntrack }) =>
      conntrack.map((row) => ({
        name: `${row.protocol} ${tuple(row.original)}`,
        cells: [tuple(row.reply), row.state, status(row), `${row.timeout} s`, String(row.mark)],
      })),
  },
  {
    title: 'Announced connections (conntrack -L expect)',
    columns: ['helper', 'timeout'],
    rows: ({ expects = [] }) =>
      expects.map((row) => ({
        name: tuple(row.tuple),
        cells: [row.helper, `${row.timeout} s`],
      })),
  },
  {
    title: 'Rule counters (iptables-save -c)',
    columns: ['packets', 'bytes'],
    rows: ({ counters }) =>
      counters.map(({ table, chain, rule, packets, bytes }) => ({
        name: `${table} ${chain} ${rule === 0 ? 'policy' : `rule ${rule}`}`,
        cells: [packets, bytes].map(String),
      })),
  },
];

function tuple({ src, sport, dst, dport }: TupleRow): string {
  return sport === 0 && dport === 0
    ? `${addressName(src)} → ${addressName(dst)}`
    : `${endName(src, sport)} → ${endName(dst, dport)}`;
}

function status({ unreplied, assured }: ConntrackRow): string {
  return [unreplied ? 'UNREPLIED' : '', assured ? 'ASSURED' : ''].filter(Boolean).join(' ');
}

/** The diverging step's tables: before it, and after it on both sides; what changed and what differs is marked. */
export function stateTables(finding: Finding): Html {
  const after = finding.steps.at(-1);
  if (!after) return html``;
  // Up to the step before nothing differed, so either side says what was before.
  const before = finding.steps.at(-2)?.model;
  const shown = TABLES.map((table) => tableOf(finding, table, before, after)).filter(
    (part) => part !== undefined,
  );
  if (shown.length === 0) return html``;
  return html`<section><h3>Before and after step ${finding.step}</h3>
<p class="hint"><span class="was">changed by the step</span> <span class="differs">differs between the two</span></p>
${shown}</section>`;
}

function tableOf(
  finding: Finding,
  { title, columns, rows }: Shown,
  before: Observation | undefined,
  after: Finding['steps'][number],
): Html | undefined {
  const [then, expected, actual] = [before ? rows(before) : [], rows(after.model), rows(after.director)];
  const names = [...new Set([...then, ...expected, ...actual].map(({ name }) => name))];
  if (names.length === 0) return undefined;
  const find = (list: readonly Row[], name: string) => list.find((row) => row.name === name)?.cells;
  const bodies = names.map((name) =>
    entry(finding, name, columns, {
      past: find(then, name),
      expected: find(expected, name),
      actual: find(actual, name),
    }),
  );
  const heads = columns.map((column) => html`<th scope="col">${column}</th>`);
  return scrolling(
    `Finding ${finding.number}: ${title}`,
    html`<table class="state"><caption>${title}</caption>
<thead><tr><th scope="col">entry</th><th scope="col">when</th>${heads}</tr></thead>${bodies}</table>`,
  );
}

type Cells = readonly string[] | undefined;
interface Entry {
  readonly past: Cells;
  readonly expected: Cells;
  readonly actual: Cells;
}

/** One line when nothing happened, two when both sides did the same, three when they did not. */
function entry(
  finding: Finding,
  name: string,
  columns: readonly string[],
  { past: then, expected, actual }: Entry,
): Html {
  const sides = same(expected, actual)
    ? same(then, expected)
      ? [{ when: 'before and after', cells: then, against: then, other: expected }]
      : [
          { when: 'before', cells: then, against: then, other: then },
          { when: 'after', cells: expected, against: then, other: expected },
        ]
    : [
        { when: 'before', cells: then, against: then, other: then },
        { when: `after, ${finding.reference}`, cells: expected, against: then, other: actual },
        { when: `after, ${finding.director.name}`, cells: actual, against: then, other: expected },
      ];
  const lines = sides.map(({ when, cells, against, other }, at) => {
    const head = at === 0 ? html`<th scope="rowgroup" rowspan="${sides.length}">${name}</th>` : '';
    const content = cells
      ? cells.map((value, column) => cell(value, against?.[column], other?.[column]))
      : html`<td colspan="${columns.length}" class="${same(cells, other) ? 'absent' : 'absent differs'}">absent</td>`;
    return html`<tr>${head}<td class="when">${when}</td>${content}</tr>`;
  });
  return html`<tbody>${lines}</tbody>\n`;
}

function same(one: Cells, other: Cells): boolean {
  return (
    one === other ||
    (one !== undefined && other !== undefined && one.every((value, at) => value === other[at]))
  );
}

function cell(value: string, before: string | undefined, other: string | undefined): Html {
  if (value !== other) return html`<td class="differs">${value}</td>`;
  return value === before ? html`<td>${value}</td>` : html`<td class="was">${value}</td>`;
}
