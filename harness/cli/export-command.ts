import { writeFileSync } from 'node:fs';
import type { ExportedCase, ExportedLink, ExportedStep } from '../../reports/case/exported.ts';
import { markdownReport } from '../../reports/case/markdown.ts';
import { scapyScript } from '../../reports/case/scapy.ts';
import { shellScript } from '../../reports/case/shell.ts';
import { type CapturedPacket, cameIn, pcapng } from '../../reports/pcapng.ts';
import type { AdminCommand } from '../../spec/config/commands.ts';
import { toArgv } from '../../spec/config/commands-print.ts';
import { type DirectorConfig, iptablesTool } from '../../spec/config/director-config.ts';
import { printRuleset } from '../../spec/config/iptables-print.ts';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import { printRouting } from '../../spec/config/routing-print.ts';
import type { Link, Topology } from '../../spec/config/topology.ts';
import { type Kernel, kernelOf } from '../../spec/kernel.ts';
import type { Observation } from '../../spec/observation.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { printTimelineItem } from '../../spec/scenario-text.ts';
import { BASE_SYSCTLS } from '../../spec/tables/base-sysctls.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import { inOrder } from '../directors/agent-scenario.ts';
import { knownKernel, readyKernel } from '../kernels/kernel.ts';
import { bind } from '../play/bind.ts';
import type { Plan } from '../play/plan.ts';
import { printScenarioFile } from '../replay/print-scenario.ts';
import { readScenarioFile } from '../replay/read-scenario.ts';
import { since } from './changes-text.ts';
import { changesThatShow } from './changes-that-show.ts';
import { EXIT } from './exit-code.ts';
import { exportedFact } from './exported-fact.ts';
import { explainingModel } from './model-subjects.ts';
import { written } from './results-folder.ts';
import { stepsByMoment } from './steps-by-moment.ts';
import { Terminal } from './terminal.ts';

/** What a scenario can be turned into. */
export const EXPORTS = {
  sh: shellScript,
  scapy: scapyScript,
  pcap: (given: ExportedCase) => pcapng(packetsOf(given)),
  markdown: markdownReport,
} as const;

export type ExportKind = keyof typeof EXPORTS;

/** `lvscheck export FILE --as KIND`: the scenario, and what the model does with it, for people without lvscheck. */
export async function exportCommand(
  file: string,
  kind: ExportKind,
  { out, kernel }: { readonly out: string | undefined; readonly kernel: string | undefined },
): Promise<number> {
  const scenario = await readScenarioFile(file);
  const content = EXPORTS[kind](exported(scenario, await kernelNamed(kernel)));
  if (out === undefined) process.stdout.write(content);
  else written(out, () => writeFileSync(out, content));
  return EXIT.agree;
}

/** What the user means by --kernel; undefined: the model's own. */
async function kernelNamed(spec: string | undefined): Promise<Kernel | undefined> {
  if (spec === undefined) return undefined;
  return kernelOf((await knownKernel(spec)) ?? (await readyKernel(spec, new Terminal().preparing)));
}

/** The scenario as the model of that kernel plays it. */
export function exported(scenario: Scenario, kernel?: Kernel): ExportedCase {
  const model = explainingModel(kernel);
  const plan = bind(scenario, model);
  const { observations, drawn = [] } = model.playAlone(plan);
  const chanceSince = drawn.findIndex((draws) => draws.length > 0);
  const byMoment = stepsByMoment(plan, model);
  const { director, title = 'A scenario of lvs-conformance', source, story } = scenario;
  const { topology } = director;
  return {
    title,
    source,
    story,
    scenarioText: printScenarioFile(scenario),
    kernel: model.kernel.version,
    changes: changesThatShow(plan, model.kernel).map((change) => ({
      ...{ id: change.id, says: change.says },
      ...{ since: since(change), present: model.kernel.has(change.id) },
    })),
    services: printServices(director.services, 'numeric'),
    iptables: iptablesTool(director),
    rules: printRuleset(director.rules, 'numeric'),
    routing: printRouting(director.routing ?? [], 'numeric'),
    baseSysctls: BASE_SYSCTLS,
    sysctls: inOrder(director.sysctls).map(([name, value]) => ({ name, value, mayBeMissing: false })),
    links: topology.links.map((link) => exportedLink(link, topology)),
    vips: topology.vips.map(({ address }) => formatIpv4(address)),
    steps: plan.steps.map((step, index) =>
      exportedStep(scenario, step, {
        ...{ index, observation: observations[index + 1]!, byMoment: byMoment.has(index + 1) },
        byChance: chanceSince >= 0 && index + 1 >= chanceSince,
      }),
    ),
  };
}

function argvOf(command: AdminCommand, director: DirectorConfig): readonly string[] {
  const [program, ...words] = toArgv(command);
  return [program === 'iptables' ? iptablesTool(director) : program!, ...words];
}

function exportedLink(link: Link, { hosts }: Topology): ExportedLink {
  const { name, device, mac, mtu } = link;
  return {
    ...{ name, device, mac, mtu, address: `${formatIpv4(link.address)}/${link.prefixLength}` },
    hosts: hosts
      .filter((host) => host.link === name)
      .map((host) => ({ name: host.name, address: formatIpv4(host.address), mac: host.mac })),
  };
}

/** What the model does in the step of an index (from 0), and whether it might do otherwise at another moment, or by chance. */
interface Outcome {
  readonly index: number;
  readonly observation: Observation;
  readonly byMoment: boolean;
  readonly byChance: boolean;
}

function exportedStep(
  { director, timeline, expectations = [] }: Scenario,
  step: Plan['steps'][number],
  { index, observation, byMoment, byChance }: Outcome,
): ExportedStep {
  return {
    says: printTimelineItem(timeline[index]!),
    waitMs: step.kind === 'wait' ? step.ms : 0,
    sent: step.kind === 'frame' ? { link: step.link, frame: step.frame } : undefined,
    command: step.kind === 'command' ? argvOf(step.command, director) : undefined,
    emitted: observation.emitted,
    undetermined: byMoment || byChance || observation.undetermined !== undefined,
    expected: expectations
      .filter(({ after }) => after === index + 1)
      .map((expectation) => exportedFact(expectation, step, director.topology))
      .map((fact) => (byMoment ? { ...fact, fields: undefined } : fact)),
  };
}

/** A jiffy between packets that say nothing of the time between them. */
const STEP_MICROSECONDS = 4_000;

function packetsOf({ steps }: ExportedCase): CapturedPacket[] {
  let microseconds = 0;
  return steps.flatMap(({ waitMs, sent, emitted, says }) => {
    microseconds += waitMs * 1000 + STEP_MICROSECONDS;
    const came = cameIn(sent);
    const frames = [
      ...(came ? [{ ...came, direction: 'in' as const }] : []),
      ...emitted.map(({ link, frame }) => ({ link, frame, direction: 'out' as const })),
    ];
    return frames.map((frame, order) => ({ ...frame, microseconds: microseconds + order, comment: says }));
  });
}
