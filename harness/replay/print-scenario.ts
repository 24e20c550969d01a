import { Document, isMap, isScalar, isSeq, Scalar } from 'yaml';
import { printCommand } from '../../spec/config/commands-print.ts';
import { printRuleset } from '../../spec/config/iptables-print.ts';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import { printRouting } from '../../spec/config/routing-print.ts';
import { unusualHosts, unusualMtu } from '../../spec/config/topology.ts';
import type { Expectation } from '../../spec/expectation.ts';
import type { Scenario, TimelineItem } from '../../spec/scenario.ts';
import { printFact, printWhen } from '../../spec/scenario-text/expectation.ts';
import { printFlow } from '../../spec/scenario-text/flow.ts';
import { printTimelineItem } from '../../spec/scenario-text.ts';

/** Words for people beside a scenario, which reading passes over. */
export interface Remarks {
  /** Lines at the file's top. */
  readonly heading: readonly string[];
  /** Behind steps, counted from 1. */
  readonly comments: ReadonlyMap<number, string>;
}

const NO_REMARKS: Remarks = { heading: [], comments: new Map() };

/** The scenario as a file that `parseScenarioFile` reads back: names for addresses, everything written out. */
export function printScenarioFile(scenario: Scenario, remarks = NO_REMARKS): string {
  const { id, title, source, story, director, flows, timeline, expectations = [] } = scenario;
  const mtu = unusualMtu(director.topology);
  const hosts = unusualHosts(director.topology);
  const content = {
    ...(id === undefined ? {} : { id }),
    ...(title === undefined ? {} : { title }),
    ...(source === undefined ? {} : { source }),
    ...(story === undefined ? {} : { story }),
    director: {
      ...(Object.keys(hosts).length === 0 ? {} : { hosts }),
      ...(Object.keys(mtu).length === 0 ? {} : { mtu }),
      ...(director.services.length === 0
        ? {}
        : { services: block(printServices(director.services, 'named')) }),
      ...(director.rules.tables.length === 0 ? {} : { rules: block(printRuleset(director.rules, 'named')) }),
      ...(director.routing ? { routing: block(printRouting(director.routing, 'named')) } : {}),
      ...(director.iptables === undefined ? {} : { iptables: director.iptables }),
      ...(Object.keys(director.sysctls).length === 0 ? {} : { sysctls: director.sysctls }),
    },
    ...(Object.keys(flows).length === 0 ? {} : { flows: printFlows(flows) }),
    timeline: printTimeline(timeline, expectations),
  };
  const document = new Document(content);
  if (remarks.heading.length > 0)
    document.commentBefore = remarks.heading.map((line) => ` ${line}`).join('\n');
  remark(document, remarks.comments);
  return document.toString({ lineWidth: 0 });
}

/** Expectations stand between the steps and are not counted. */
function remark(document: Document, comments: Remarks['comments']): void {
  const lines = document.get('timeline');
  let step = 0;
  for (const line of comments.size > 0 && isSeq(lines) ? lines.items : []) {
    if (isMap(line) && line.has('expect')) continue;
    step += 1;
    const comment = comments.get(step);
    if (comment !== undefined && isScalar(line)) line.comment = ` ${comment}`;
  }
}

function block(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = 'BLOCK_LITERAL';
  return scalar;
}

function printFlows(flows: Scenario['flows']): Record<string, string> {
  return Object.fromEntries(Object.entries(flows).map(([name, flow]) => [name, printFlow(flow)]));
}

type Line = string | { do: string } | { expect: string | string[]; when?: string };

/** Each expectation under the step that it follows. */
function printTimeline(timeline: readonly TimelineItem[], expectations: readonly Expectation[]): Line[] {
  const after = (step: number) => printExpectations(expectations.filter((each) => each.after === step));
  return [...after(0), ...timeline.flatMap((item, index) => [printStep(item), ...after(index + 1)])];
}

/** Neighbours under one condition share a line. */
function printExpectations(expectations: readonly Expectation[]): Line[] {
  const groups: { when: string | undefined; facts: string[] }[] = [];
  for (const { fact, when } of expectations) {
    const condition = when && printWhen(when);
    if (groups.length === 0 || groups.at(-1)!.when !== condition) groups.push({ when: condition, facts: [] });
    groups.at(-1)!.facts.push(printFact(fact));
  }
  return groups.map(({ when, facts }) => ({
    expect: facts.length === 1 ? facts[0]! : facts,
    ...(when === undefined ? {} : { when }),
  }));
}

function printStep(item: TimelineItem): string | { do: string } {
  return item.kind === 'do' ? { do: printCommand(item.command, 'named') } : printTimelineItem(item);
}
