import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { printRuleset } from '../../spec/config/iptables-print.ts';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import { ADDRESS_NAMES, type LinkName } from '../../spec/config/topology.ts';
import { kernelOf } from '../../spec/kernel.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { printFact } from '../../spec/scenario-text/expectation.ts';
import { printTimelineItem } from '../../spec/scenario-text.ts';
import { parseIpv4 } from '../../spec/wire/address.ts';
import { ModelDirector } from '../directors/model.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { ScapyBridge } from '../scapy-bridge/bridge.ts';
import { testFolders } from '../system/test-folders.ts';
import { importCase } from './import-case.ts';
import { type Kind, pcapOf } from './made-up-capture.ts';
import { framesOf } from './made-up-frames.ts';
import { withoutMoments } from './moments.ts';
import { verdictsOf } from './verdicts.ts';

/** What the model does with a scenario, captured on some of its wires and imported again. */

const KERNEL = kernelOf({ release: '6.1.0-56-cloud-amd64', version: '6.1.192-2', hz: 250 });
const bridge = new ScapyBridge();
afterAll(() => bridge.close());
const folder = testFolders();

/** Who has other addresses than the topology's: longer and shorter ones, as FTP writes them. */
type Renamed = Readonly<Record<string, string>>;

function parsed(text: string, renamed: Renamed): Scenario {
  const others = new Map(
    Object.entries(renamed).map(([name, address]) => [ADDRESS_NAMES.get(name), parseIpv4(address)]),
  );
  const withOthers = (value: object) =>
    JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'number' ? (others.get(one) ?? one) : one));
  const scenario = parseScenarioFile(text, 'x.yaml');
  return { ...scenario, director: withOthers(scenario.director), flows: withOthers(scenario.flows) };
}

const BOTH: readonly LinkName[] = ['client', 'server'];

export interface How {
  readonly own?: readonly number[];
  /** Unless said otherwise, of one link. */
  readonly serverSide?: boolean;
  readonly kind?: Kind;
  readonly links?: readonly LinkName[];
  readonly renamed?: Renamed;
  readonly anonymise?: boolean;
  readonly devices?: { readonly client: string; readonly server: string };
}

/** The imported scenario's lines, what is wrong with them by the model, and the notes. */
export async function imported(
  text: string,
  { kind = 'ethernet', links = BOTH, own = [], ...how }: How = {},
) {
  const { serverSide = links !== BOTH, renamed = {}, anonymise = false, devices = {} } = how;
  const dir = await folder();
  const path = (name: string) => join(dir, name);
  const given = parsed(text, renamed);
  const { director } = given;
  await writeFile(path('x.pcap'), pcapOf(framesOf(given, new ModelDirector(KERNEL), links), kind));
  await writeFile(path('x.ipvs'), printServices(director.services, 'numeric'));
  await writeFile(path('x.rules'), printRuleset(director.rules, 'numeric'));
  const sysctls = Object.entries(director.sysctls).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(path('x.sysctl'), sysctls.join(''));
  const judged = (scenario: Scenario, phase?: number) =>
    verdictsOf(scenario, new ModelDirector(KERNEL), KERNEL.hz, phase);
  const imported = await importCase(
    {
      ...{ capture: path('x.pcap'), ipvs: path('x.ipvs'), rules: path('x.rules'), sysctl: path('x.sysctl') },
      ...{ clients: [], own, devices, anonymise, serverSide },
    },
    bridge,
    new ModelDirector(KERNEL),
  );
  const { scenario, notes } = withoutMoments(imported, judged);
  const verdicts = judged(scenario);
  const facts = (step: number) =>
    (scenario.expectations ?? []).filter(({ after }) => after === step).map(({ fact }) => printFact(fact));
  const lines = scenario.timeline.flatMap((item, index) =>
    item.kind === 'wait' ? [] : [[printTimelineItem(item), ...facts(index + 1)].join(' -> ')],
  );
  return { lines, notes, wrong: verdicts.filter(({ instead }) => instead !== undefined) };
}

export const service = (method: string, add = '-A -t', address = 'VIP:80') => `director:
  services: |
    ${add} ${address} -s rr
    ${add.replace('-A', '-a')} ${address} -r RIP1:80 ${method} -w 1
    ${add.replace('-A', '-a')} ${address} -r RIP2:80 ${method} -w 1
`;
