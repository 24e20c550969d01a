import { isMap, isScalar, isSeq, type Scalar, type YAMLMap } from 'yaml';
import { parseCommand } from '../../spec/config/commands-parse.ts';
import { parseRouting } from '../../spec/config/routing-parse.ts';
import type { Ruleset } from '../../spec/config/rules.ts';
import { parseRuleset } from '../../spec/config/ruleset-parse.ts';
import type { VirtualService } from '../../spec/config/services.ts';
import { parseServices } from '../../spec/config/services-parse.ts';
import { TextError } from '../../spec/config/text-error.ts';
import { type Topology, TWO_ARMED, withHosts, withMtu } from '../../spec/config/topology.ts';
import type { Expectation } from '../../spec/expectation.ts';
import {
  BY_DIRECTOR,
  type Flow,
  isPacket,
  type PacketItem,
  type Scenario,
  type TimelineItem,
} from '../../spec/scenario.ts';
import { parseFact, parseWhen } from '../../spec/scenario-text/expectation.ts';
import { DEFAULT_ISN, parseFlow, parseFlowName } from '../../spec/scenario-text/flow.ts';
import { parseTimelineText } from '../../spec/scenario-text.ts';
import { inputError } from './input-error.ts';
import { checkRule } from './rules-then.ts';
import { SCENARIO_FILE } from './scenario-schema.ts';
import { shapeError } from './shape-error.ts';
import { errorInText, placeOfNode, readYaml, type YamlSource } from './yaml-source.ts';

/** The scenario that a file holds. Whatever is wrong is an InputError that begins with FILE:LINE:COLUMN. */
export function parseScenarioFile(text: string, file: string): Scenario {
  const source = readYaml(text, file);
  const read = SCENARIO_FILE.safeParse(source.document.toJS());
  if (!read.success) throw shapeError(source, read.error.issues);
  const { id, title, source: origin, story, director } = read.data;
  const services = parseBlock(source, ['director', 'services'], parseServices) ?? [];
  const rules = parseBlock(source, ['director', 'rules'], parseRuleset) ?? { tables: [] };
  const routing = parseBlock(source, ['director', 'routing'], parseRouting) ?? [];
  const { timeline, expectations } = parseTimeline(source, rules);
  const flows = parseFlows(source, timeline, services);
  const topology = withMtu(withHosts(TWO_ARMED, defined(director.hosts)), director.mtu ?? {});
  checkFlows(source, expectations, flows);
  checkHosts(source, topology, { timeline, expectations });
  return {
    ...(id === undefined ? {} : { id }),
    ...(title === undefined ? {} : { title }),
    ...(origin === undefined ? {} : { source: origin }),
    ...(story === undefined ? {} : { story }),
    director: {
      topology,
      services,
      rules,
      ...(director.iptables === undefined ? {} : { iptables: director.iptables }),
      sysctls: defined(director.sysctls),
      ...(routing.length === 0 ? {} : { routing }),
    },
    flows,
    timeline,
    ...(expectations.length === 0 ? {} : { expectations }),
  };
}

/** What a file says of a director in numbers; zod leaves keys behind that have no value. */
function defined(numbers: Readonly<Record<string, number | undefined>> | undefined): Record<string, number> {
  const set = Object.entries(numbers ?? {}).filter(
    (entry): entry is [string, number] => entry[1] !== undefined,
  );
  return Object.fromEntries(set);
}

/** Reads the text of a node; complaints about it get their place in the file. */
function inText<T>(source: YamlSource, node: Scalar, read: (text: string) => T): T {
  try {
    return read(String(node.value));
  } catch (error) {
    throw error instanceof TextError ? errorInText(source, node, error) : error;
  }
}

function parseBlock<T>(
  source: YamlSource,
  path: readonly string[],
  read: (text: string) => T,
): T | undefined {
  const node = source.document.getIn(path, true);
  if (!isScalar(node)) return undefined;
  const folded = node.type === 'BLOCK_FOLDED' || (node.type !== 'BLOCK_LITERAL' && spansLines(source, node));
  if (folded)
    throw inputError(
      source,
      placeOfNode(source, node),
      `${path.at(-1)} loses its line ends; write ${path.at(-1)}: |`,
    );
  return inText(source, node, read);
}

function spansLines(source: YamlSource, node: Scalar): boolean {
  const [start, end] = node.range ?? [0, 0];
  return source.placeOf(start).line !== source.placeOf(end).line;
}

function parseTimeline(
  source: YamlSource,
  rules: Ruleset,
): { timeline: TimelineItem[]; expectations: Expectation[] } {
  const node = source.document.get('timeline', true);
  const chains = rules.tables.flatMap((table) => table.chains.map(({ name }) => name));
  const timeline: TimelineItem[] = [];
  const expectations: Expectation[] = [];
  for (const item of isSeq(node) ? node.items : [])
    if (isExpectation(item)) expectations.push(...parseExpectations(source, item, { rules, timeline }));
    else timeline.push(parseStep(source, item, chains));
  return { timeline, expectations };
}

const isExpectation = (item: unknown): item is YAMLMap => isMap(item) && item.has('expect');

/** Of what there is at that point of the timeline. */
function parseExpectations(
  source: YamlSource,
  item: YAMLMap,
  { rules, timeline }: { readonly rules: Ruleset; readonly timeline: readonly TimelineItem[] },
): Expectation[] {
  const after = timeline.length;
  const read = (text: string) => {
    const fact = parseFact(text);
    checkRule(fact, rules, timeline);
    return fact;
  };
  const when = item.get('when', true);
  const condition = isScalar(when) ? { when: inText(source, when, parseWhen) } : {};
  const given = item.get('expect', true);
  const texts = isSeq(given) ? given.items : [given];
  return texts.map((text) => ({ after, fact: inText(source, text as Scalar, read), ...condition }));
}

function parseStep(source: YamlSource, item: unknown, chains: readonly string[]): TimelineItem {
  if (isScalar(item)) return inText(source, item, parseTimelineText);
  const command = isMap(item) && item.get('do', true);
  if (!command || !isScalar(command))
    throw new Error('the schema let a step pass that is neither text nor do');
  return { kind: 'do', command: inText(source, command, (text) => parseCommand(text, chains)) };
}

/** The flows as declared; when none are, those that the timeline names, from CIP1 to the first service. */
function parseFlows(
  source: YamlSource,
  timeline: readonly TimelineItem[],
  services: readonly VirtualService[],
): Record<string, Flow> {
  const node = source.document.get('flows', true);
  const flows = new Map<string, Flow>();
  if (isMap(node))
    for (const { key, value } of node.items)
      flows.set(inText(source, key as Scalar, readName), inText(source, value as Scalar, parseFlow));
  for (const { with: other } of flows.values())
    if (other !== undefined && !flows.has(other)) undeclared(source, 0, other, flows);
  for (const [index, item] of timeline.entries()) {
    if (!isPacket(item)) continue;
    const flow =
      flows.get(item.flow) ??
      (isMap(node)
        ? undeclared(source, index, item.flow, flows)
        : { protocol: PROTOCOL[item.kind] ?? 'tcp', ...usual(source, index, flows.size, services) });
    flows.set(item.flow, flow);
    checkProtocol(source, index, item, flow);
  }
  return Object.fromEntries(flows);
}

function checkFlows(
  source: YamlSource,
  expectations: readonly Expectation[],
  flows: Scenario['flows'],
): void {
  for (const { fact, after } of expectations) {
    const name = 'flow' in fact ? fact.flow : undefined;
    if (name !== undefined && flows[name] === undefined)
      undeclared(source, Math.max(0, after - 1), name, new Map(Object.entries(flows)));
  }
}

/** A name may be right and yet belong to nobody here. */
function checkHosts(
  source: YamlSource,
  { hosts }: Topology,
  { timeline, expectations }: Pick<Required<Scenario>, 'timeline' | 'expectations'>,
): void {
  const known = new Set(hosts.map(({ name }) => name));
  const check = (index: number, ...names: (string | undefined)[]): void => {
    const stranger = names.find((name) => name !== undefined && !known.has(name));
    if (stranger === undefined) return;
    const kind = stranger.startsWith('CIP') ? 'clients' : 'servers';
    throw inputError(
      source,
      placeOfStep(source, index),
      `there is no ${stranger}; allowed: ${[...known].filter((name) => name[0] === stranger[0]).join(' ')}; add hosts: { ${kind}: ${stranger.slice(3)} } under director:`,
    );
  };
  for (const [index, item] of timeline.entries())
    if (isPacket(item)) check(index, item.by === BY_DIRECTOR ? undefined : item.by, item.via);
  for (const { fact, after } of expectations)
    check(Math.max(0, after - 1), 'to' in fact ? fact.to : undefined, 'of' in fact ? fact.of : undefined);
}

/** What a packet needs its flow to be; ICMP goes along with any. */
const PROTOCOL: Partial<Record<PacketItem['kind'], Flow['protocol']>> = { segment: 'tcp', datagram: 'udp' };

function checkProtocol(source: YamlSource, index: number, item: PacketItem, { protocol }: Flow): void {
  const needed = PROTOCOL[item.kind];
  if (needed === undefined || needed === protocol) return;
  throw inputError(
    source,
    placeOfStep(source, index),
    `a ${item.kind} cannot belong to ${item.flow}, a flow of ${protocol}; declare it under flows: as ${needed === 'udp' ? 'udp CIP1:40001 > VIP:53' : 'CIP1:40001 > VIP:80'}`,
  );
}

function readName(text: string): string {
  return parseFlowName({ text, line: 1, column: 1 });
}

function undeclared(
  source: YamlSource,
  index: number,
  name: string,
  flows: ReadonlyMap<string, Flow>,
): never {
  const names = [...flows.keys()].slice(0, 10).join(' ') || 'none';
  throw inputError(
    source,
    placeOfStep(source, index),
    `flow ${name} is not declared; allowed: ${names}; add it under flows:`,
  );
}

const FIRST_PORT = 40_001;

function usual(
  source: YamlSource,
  index: number,
  count: number,
  services: readonly VirtualService[],
): Omit<Flow, 'protocol'> {
  const [service] = services;
  if (!service)
    throw inputError(
      source,
      placeOfStep(source, index),
      'there is no service that the flow could go to; add flows: with f1: CIP1:40001 > VIP:80',
    );
  const client = TWO_ARMED.hosts.find(({ name }) => name === 'CIP1')!.address;
  return {
    client: { address: client, port: FIRST_PORT + count },
    service: { address: service.address, port: service.port },
    isn: DEFAULT_ISN,
  };
}

function placeOfStep(source: YamlSource, index: number) {
  const node = source.document.get('timeline', true);
  const steps = isSeq(node) ? node.items.filter((item) => !isExpectation(item)) : [];
  return placeOfNode(source, steps[index]);
}
