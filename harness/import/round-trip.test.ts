import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import type { LinkName } from '../../spec/config/topology.ts';
import { kernelOf } from '../../spec/kernel.ts';
import { printFact } from '../../spec/scenario-text/expectation.ts';
import { printTimelineItem } from '../../spec/scenario-text.ts';
import { ModelDirector } from '../directors/model.ts';
import { bind } from '../play/bind.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { ScapyBridge } from '../scapy-bridge/bridge.ts';
import { testFolders } from '../system/test-folders.ts';
import { importCase } from './import-case.ts';
import { type Kind, type MadeUpFrame, pcapOf } from './made-up-capture.ts';
import { verdictsOf } from './verdicts.ts';

/** What the model does with a scenario, captured on some of its wires and imported again. */

const KERNEL = kernelOf({ release: '6.1.0-56-cloud-amd64', version: '6.1.192-2', hz: 250 });
const bridge = new ScapyBridge();
afterAll(() => bridge.close());
const folder = testFolders();

function framesOf(text: string, links: readonly LinkName[]): MadeUpFrame[] {
  const model = new ModelDirector(KERNEL);
  const frames: MadeUpFrame[] = [];
  let at = 1e9;
  bind(parseScenarioFile(text, 'x.yaml'), {
    start: (config) => model.start(config),
    step: (step) => {
      const observed = model.step(step);
      at += step.kind === 'wait' ? step.ms * 1000 : 4000;
      if (step.kind === 'frame' && links.includes(step.link))
        frames.push({ at, way: 'in', frame: step.frame });
      for (const { link, frame } of observed.emitted)
        if (links.includes(link)) frames.push({ at: at + 1, way: 'out', frame });
      return observed;
    },
  });
  return frames;
}

const BOTH: readonly LinkName[] = ['client', 'server'];

interface How {
  readonly kind?: Kind;
  readonly links?: readonly LinkName[];
}

/** The imported scenario's lines, what is wrong with them by the model, and the notes. */
async function imported(text: string, { kind = 'ethernet', links = BOTH }: How = {}) {
  const dir = await folder();
  const path = (name: string) => join(dir, name);
  const { director } = parseScenarioFile(text, 'x.yaml');
  await writeFile(path('x.pcap'), pcapOf(framesOf(text, links), kind));
  await writeFile(path('x.ipvs'), printServices(director.services, 'numeric'));
  const { scenario, notes } = await importCase(
    {
      ...{ capture: path('x.pcap'), ipvs: path('x.ipvs'), rules: undefined, sysctl: undefined },
      ...{ clients: [], devices: {}, anonymise: false, serverSide: links !== BOTH },
    },
    bridge,
    new ModelDirector(KERNEL),
  );
  const verdicts = verdictsOf(scenario, new ModelDirector(KERNEL), KERNEL.hz);
  const facts = (step: number) =>
    (scenario.expectations ?? []).filter(({ after }) => after === step).map(({ fact }) => printFact(fact));
  const lines = scenario.timeline.flatMap((item, index) =>
    item.kind === 'wait' ? [] : [[printTimelineItem(item), ...facts(index + 1)].join(' -> ')],
  );
  return { lines, notes, wrong: verdicts.filter(({ instead }) => instead !== undefined) };
}

const service = (method: string, add = '-A -t', address = 'VIP:80') => `director:
  services: |
    ${add} ${address} -s rr
    ${add.replace('-A', '-a')} ${address} -r RIP1:80 ${method} -w 1
    ${add.replace('-A', '-a')} ${address} -r RIP2:80 ${method} -w 1
`;

const SCTP = `${service('-m', '-A --sctp-service')}flows: { f1: sctp CIP1:40000 > VIP:80 isn 77/99 }
timeline:
  - f1 client > sctp INIT
  - f1 server > sctp INIT_ACK
  - f1 client > sctp COOKIE_ECHO
  - f1 server > sctp COOKIE_ACK
  - f1 client > sctp DATA tag 5
  - f1 client > sctp ABORT
`;

const PINGS = `${service('-m')}timeline:
  - f1 client > echo 56 seq 1
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > echo 56 seq 2
`;

const HANDSHAKE = `timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > . 1:1(0) ack 1
  - f1 client > P. 1:6(5) ack 1
  - f1 server > . 1:1(0) ack 6
  - f2 client > S 0:0(0)
`;

describe('what was captured on both sides comes back', () => {
  it.each<Kind>(['ethernet', 'raw', 'cooked', 'cooked2'])('SCTP, %s', async (kind) => {
    const { lines, wrong } = await imported(SCTP, { kind });
    expect(wrong).toEqual([]);
    expect(lines).toEqual([
      'f1 client > sctp INIT -> to RIP2',
      'f1 server > sctp INIT_ACK -> to CIP1 from VIP:80',
      'f1 client > sctp COOKIE_ECHO -> to RIP2',
      'f1 server > sctp COOKIE_ACK -> to CIP1 from VIP:80',
      'f1 client > sctp DATA tag 5 -> to RIP2',
      'f1 client > sctp ABORT -> to RIP2',
    ]);
  });

  it.each<Kind>(['ethernet', 'raw', 'cooked'])('pings, %s', async (kind) => {
    const { lines, wrong } = await imported(PINGS, { kind });
    expect(wrong).toEqual([]);
    expect(lines.filter((line) => line.includes('echo'))).toEqual([
      'f1 client > echo 56 seq 1 -> answered icmp 0/0',
      'f1 client > echo 56 seq 2 -> answered icmp 0/0',
    ]);
  });
});

it("says how many packets of FTP's data connections are left out", async () => {
  const ftp = service('-m').replaceAll(':80', ':21');
  const text = `${ftp}flows: { f2: CIP1:40001 > VIP:10241 }
timeline:
  - f1 client > S 0:0(0)
  - f2 client > S 0:0(0)
`.replace('flows: {', 'flows: { f1: CIP1:40000 > VIP:21,');
  const { lines, notes } = await imported(text);
  expect(lines).toHaveLength(1);
  expect(notes.join()).toContain("2 packets seem to be of FTP's data connections");
});

describe("what was captured on the real servers' side alone comes back", () => {
  it.each<[string, Kind]>([
    ['-m', 'ethernet'],
    ['-m', 'raw'],
    ['-m', 'cooked'],
    ['-i', 'ethernet'],
    ['-g', 'cooked'],
    ['-g', 'ethernet'],
  ])('%s, %s', async (method, kind) => {
    const text = `${service(method)}${method === '-m' ? HANDSHAKE : HANDSHAKE.replaceAll(/.*server.*\n/g, '')}`;
    const { lines, notes, wrong } = await imported(text, { kind, links: ['server'] });
    expect(wrong).toEqual([]);
    expect(lines.filter((line) => line.includes('client'))).toHaveLength(4);
    if (method !== '-g') expect(lines[0]).toBe('f1 client > S 0:0(0) -> to RIP2');
    expect(lines.filter((line) => / server .*->/.test(line))).toEqual([]);
    expect(notes.join()).toContain("only the real servers' side was captured");
  });
});
