import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainingModel, modelLead } from '../../harness/cli/model-subjects.ts';
import { importCase } from '../../harness/import/import-case.ts';
import { KINDS, type Kind, pcapOf } from '../../harness/import/made-up-capture.ts';
import { framesOf } from '../../harness/import/made-up-frames.ts';
import { parseScenarioFile } from '../../harness/replay/scenario-file.ts';
import { ScapyBridge } from '../../harness/scapy-bridge/bridge.ts';
import { damagedBytes, randomOf } from './damage.ts';
import { complaintFault, cpuMs, type Fuzzed, LIMITS, type Limits } from './fuzz.ts';

const SERVICES = ['-t', '--sctp-service']
  .map((kind) => `-A ${kind} 10.0.0.100:80 -s rr\n-a ${kind} 10.0.0.100:80 -r 192.168.1.11:80 -m -w 1\n`)
  .join('');

const CASE = `director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -m -w 1
    -A --sctp-service VIP:80 -s rr
    -a --sctp-service VIP:80 -r RIP1:80 -m -w 1
flows: { f1: CIP1:40001 > VIP:80, f2: sctp CIP1:40002 > VIP:80 }
timeline:
  - f1 client > S 0:0(0) <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
  - f1 server > S. 0:0(0) ack 1 <mss 1460>
  - f1 client > . 1:1(0) ack 1
  - f1 client > P. 1:20(19) ack 1 data GET%20/%20HTTP/1.0%0D%0A
  - f1 client > icmp 3/4 mtu 1300
  - f1 client > F. 20:20(0) ack 1
  - f1 client > echo 56 seq 1
  - f2 client > sctp INIT
  - f2 server > sctp INIT_ACK
  - f2 client > sctp COOKIE_ECHO
  - f2 client > sctp DATA
`;

/** Damages captures of every kind and has them imported. What Scapy's process takes for it counts, too. */
export async function fuzzCaptures(runs: number, seed: number, limits = LIMITS): Promise<Fuzzed> {
  const folder = await mkdtemp(join(tmpdir(), 'lvs-conformance-fuzz-'));
  const bridge = new ScapyBridge();
  try {
    await writeFile(join(folder, 'ipvs'), SERVICES);
    return await damagedCaptures(runs, seed, { folder, bridge, limits });
  } finally {
    await bridge.close();
    await rm(folder, { recursive: true });
  }
}

async function damagedCaptures(
  runs: number,
  seed: number,
  { folder, bridge, limits }: { folder: string; bridge: ScapyBridge; limits: Limits },
): Promise<Fuzzed> {
  const random = randomOf(seed);
  const frames = framesOf(parseScenarioFile(CASE, 'case'), explainingModel());
  const whole = (Object.keys(KINDS) as Kind[]).map((kind) => pcapOf(frames, kind));
  const faults: { why: string; input: string }[] = [];
  const capture = join(folder, 'x.pcap');
  const files = { capture, ipvs: join(folder, 'ipvs'), rules: undefined, sysctl: undefined };
  let [read, slowestMs, peakBytes] = [0, 0, 0];
  // Before the first input Python starts, and reads Scapy.
  let taken = await bridge.ask('usage');
  for (let run = 0; run < runs; run++) {
    const input = damagedBytes(whole[run % whole.length]!, random);
    await writeFile(capture, input);
    const start = cpuMs();
    const why = await importCase(
      { ...files, clients: [], own: [], devices: {}, serverSide: run % 3 === 0, anonymise: false },
      bridge,
      modelLead(),
    ).then(
      () => undefined,
      (error: unknown) => complaintFault(error, folder) ?? 'refused',
    );
    const now = await bridge.ask('usage');
    // A process that was ended has been replaced, and the next one counts from 0.
    const ms = cpuMs() - start + (now.cpuMs - (now.cpuMs < taken.cpuMs ? 0 : taken.cpuMs));
    taken = now;
    peakBytes = Math.max(peakBytes, now.peakBytes);
    slowestMs = Math.max(slowestMs, ms);
    if (why === undefined) read += 1;
    const fault = tooMuch(ms, now.peakBytes, limits) ?? why;
    if (fault !== undefined && fault !== 'refused')
      faults.push({ why: fault, input: Buffer.from(input).toString('hex') });
  }
  return { name: 'pcap', runs, read, faults, slowestMs, peakBytes };
}

function tooMuch(ms: number, bytes: number, limits: Limits): string | undefined {
  if (ms > limits.ms) return `took ${Math.round(ms)} ms of the processor`;
  return bytes > limits.bytes ? `had Scapy's process take ${bytes} bytes of memory` : undefined;
}
