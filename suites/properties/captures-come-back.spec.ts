import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIASES } from '../../generators/bias.ts';
import { payloadBytes } from '../../generators/flows/fragments.ts';
import { scenario } from '../../generators/scenario.ts';
import { tidied } from '../../generators/tidied.ts';
import { ModelDirector } from '../../harness/directors/model.ts';
import { InputError } from '../../harness/errors.ts';
import { importCase } from '../../harness/import/import-case.ts';
import { KINDS, type Kind, type MadeUpFrame, pcapOf } from '../../harness/import/made-up-capture.ts';
import { framesOf } from '../../harness/import/made-up-frames.ts';
import { withoutMoments } from '../../harness/import/moments.ts';
import { type Verdict, verdictsOf } from '../../harness/import/verdicts.ts';
import { printScenarioFile } from '../../harness/replay/print-scenario.ts';
import { parseScenarioFile } from '../../harness/replay/scenario-file.ts';
import { ScapyBridge } from '../../harness/scapy-bridge/bridge.ts';
import { printRuleset } from '../../spec/config/iptables-print.ts';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import type { Rule, Ruleset } from '../../spec/config/rules.ts';
import { TWO_ARMED, withMtu } from '../../spec/config/topology.ts';
import { isPacket, type PacketItem, type Scenario } from '../../spec/scenario.ts';
import { ETHERTYPE_ARP } from '../../spec/wire/arp.ts';
import { parseEthernet } from '../../spec/wire/ethernet.ts';
import { OTHER_PROTOCOL_CLAIMS } from '../other-protocol-claims.ts';
import { KERNEL, SEED } from './reference.ts';

/** What the model did with a random scenario, captured, and imported again, the model does once more. */
const bridge = new ScapyBridge();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lvs-conformance-captures-'));
});
afterAll(async () => {
  await bridge.close();
  await rm(folder, { recursive: true });
});

/** What a capture can show: no commands, nobody who sends for another, and no packet that its receiver throws away. */
function capturable(given: Scenario): Scenario {
  const timeline = given.timeline.filter(
    (item) =>
      item.kind === 'wait' ||
      (isPacket(item) && !item.by && !item.via && !isSpoilt(item) && item.kind !== 'icmp'),
  );
  // A link that is narrow shows by what is too large for it only.
  const topology = withMtu(given.director.topology, {});
  // Of the texts that are imported none says which rules and routes there are, or which iptables was used.
  const { routing: _, iptables: __, ...director } = given.director;
  return tidied({ ...given, director: { ...director, topology, sysctls: {} }, timeline });
}

/** A last fragment that ends where its packet does not makes a packet of which the checksum is wrong, too. */
function isSpoilt(item: PacketItem): boolean {
  const { fragment, moreFragments = false } = item;
  const end = fragment && fragment.offset + fragment.length;
  return item.badChecksum === true || (end !== undefined && !moreFragments && end !== payloadBytes(item));
}

/** These choose by addresses, and the hosts of an imported scenario have others. */
const isHashing = ({ scheduler }: { readonly scheduler: string }): boolean =>
  ['sh', 'dh', 'mh'].includes(scheduler);

/** So does NAT with a range of addresses; whoever has one that nobody was seen to have may be there or not. */
function picksAddresses(rules: Ruleset): boolean {
  return rulesOf(rules).some(
    ({ target }) =>
      target &&
      'to' in target &&
      target.to.addresses &&
      target.to.addresses.first !== target.to.addresses.last,
  );
}

/** Whatever comes uses a limit up, also packets that are left out, such as those of no service. */
function hasLimit(rules: Ruleset): boolean {
  return rulesOf(rules).some(({ matches }) => matches.some(({ kind }) => kind === 'limit'));
}

function rulesOf({ tables }: Ruleset): Rule[] {
  return tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules));
}

/** The director's addresses, which its administrator knows. */
const OWN = [...TWO_ARMED.links, ...TWO_ARMED.vips].map(({ address }) => address);

/** How much of what a capture shows the model was asked for, and how much of that about protocols without ports. */
interface Compared {
  readonly all: number;
  readonly others: number;
}

const NONE: Compared = { all: 0, others: 0 };

async function comesBack(given: Scenario, kind: Kind): Promise<Compared> {
  const path = (name: string) => join(folder, name);
  const frames = framesOf(given, new ModelDirector(KERNEL));
  await writeFile(path('x.pcap'), pcapOf(frames, frames.some(isArp) ? withMacs(kind) : kind));
  await writeFile(path('x.ipvs'), printServices(given.director.services, 'numeric'));
  await writeFile(path('x.rules'), printRuleset(given.director.rules, 'numeric'));
  const devices = { client: 'eth0', server: 'eth1' };
  const files = { capture: path('x.pcap'), ipvs: path('x.ipvs'), rules: path('x.rules'), sysctl: undefined };
  const imported = await importCase(
    { ...files, clients: [], own: OWN, devices, serverSide: false, anonymise: false },
    bridge,
    new ModelDirector(KERNEL),
  ).catch(ignoreRefusal);
  if (!imported) return NONE;
  const { scenario: back, frames: told } = withoutMoments(imported, judged);
  // What was not refused is a scenario that can be read.
  expect(parseScenarioFile(printScenarioFile(back), 'x.yaml')).toEqual(back);
  const isWhole = new Set(told.values()).size === frames.filter(({ way }) => way === 'in').length;
  if (hasLimit(given.director.rules) && !isWhole) return NONE;
  const verdicts = judged(back);
  expect(verdicts.filter(({ instead }) => instead !== undefined)).toEqual([]);
  const others = verdicts.filter(({ step }) => {
    const item = back.timeline[step - 1]!;
    return isPacket(item) && item.kind === 'other';
  });
  return { all: verdicts.length, others: others.length };
}

function judged(back: Scenario, phase?: number): Verdict[] {
  return verdictsOf(back, new ModelDirector(KERNEL), KERNEL.hz, phase);
}

const isArp = ({ frame }: MadeUpFrame): boolean => parseEthernet(frame)?.etherType === ETHERTYPE_ARP;

/** Where frames have no link header nobody asks by ARP. */
const withMacs = (kind: Kind): Kind => (kind === 'raw' ? 'ethernet' : kind);

/** Nothing of the services was captured, or rules are of networks that the cast cannot say. */
function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof InputError)) throw error;
}

test('an imported capture of the model shows what the model does', async () => {
  const kinds = Object.keys(KINDS) as Kind[];
  const samples = fc
    .sample(scenario(), { numRuns: 50, seed: SEED })
    .concat(fc.sample(scenario(BIASES.ftp), { numRuns: 15, seed: SEED }))
    .concat(
      OTHER_PROTOCOL_CLAIMS.flatMap(({ bias }) => fc.sample(scenario(bias), { numRuns: 25, seed: SEED })),
    )
    .filter(({ director }) => !director.services.some(isHashing))
    .filter(({ director }) => !picksAddresses(director.rules))
    .map(capturable);
  const compared = { all: 0, others: 0 };
  for (const [index, given] of samples.entries()) {
    const seen = await comesBack(given, kinds[index % kinds.length]!);
    compared.all += seen.all;
    compared.others += seen.others;
  }
  expect(compared.all).toBeGreaterThan(50);
  expect(compared.others).toBeGreaterThan(50);
});
