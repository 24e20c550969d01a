import type { AgentScenario } from '../../harness/directors/agent-protocol.ts';
import { agentScenario } from '../../harness/directors/agent-scenario.ts';
import type { MicrovmKernel } from '../../harness/directors/microvm/director.ts';
import { ModelDirector } from '../../harness/directors/model.ts';
import { bind } from '../../harness/play/bind.ts';
import { parseScenarioFile } from '../../harness/replay/scenario-file.ts';

/** LVS-HOWTO 29.13: what rules and connection tracking cost a director. */

export interface Load {
  /** Rules that a packet to the service passes without meeting them; the last one asks for its state. */
  readonly rules: number;
  readonly conntrack: 0 | 1;
}

/** None at all, then the same director with ever more to look at. */
export const LOADS: readonly Load[] = [
  { rules: 0, conntrack: 0 },
  ...[1, 100, 500].flatMap((rules) => [{ rules, conntrack: 0 } as const, { rules, conntrack: 1 } as const]),
];

/** Some hundred ticks of the guest's clock, so that one more or less is nothing. */
const PACKETS = 20_000;

/**
 * Packets a second of one connection through masquerading, by the guest's clock: it moves a nanosecond with each
 * instruction, whatever else the machine does, so that a figure compares kernels and rules, not machines.
 */
export async function packetsPerSecond({ kernel, guests }: MicrovmKernel, load: Load): Promise<number> {
  const guest = await guests.guest();
  try {
    for await (const result of guest.play([flooded(kernel, load, PACKETS)])) {
      if (result.kind !== 'played') throw new Error(result.what);
      const { acted, observed } = result.transcript.steps.at(-1)!;
      return PACKETS / (Number(observed - acted) / kernel.hz);
    }
    throw new Error('the guest played nothing');
  } finally {
    await guest.close();
  }
}

/** A handshake, then one segment so many times within one step: nothing is read in between. */
function flooded(kernel: MicrovmKernel['kernel'], load: Load, packets: number): AgentScenario {
  const plan = bind(parseScenarioFile(scenarioOf(load), 'conntrack-cost'), new ModelDirector(kernel));
  const { steps, ...rest } = agentScenario(plan, kernel.hz);
  const last = steps.at(-1)!;
  const frames = Array.from({ length: packets }, () => last.ops[0]!);
  return { ...rest, steps: [...steps.slice(0, -1), { ...last, ops: [...frames, ...last.ops.slice(1)] }] };
}

function scenarioOf({ rules, conntrack }: Load): string {
  const passed = Array.from({ length: Math.max(0, rules - 1) }, (_, index) => {
    const source = `10.1.${index >> 8}.${index & 255}`;
    return `    -A INPUT -s ${source} -p tcp -m tcp --dport 80 -j DROP`;
  });
  const table = [
    '  rules: |',
    '    *filter',
    ...passed,
    '    -A INPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT',
    '    COMMIT',
  ];
  return [
    'director:',
    '  services: |',
    '    -A -t VIP:80 -s rr',
    '    -a -t VIP:80 -r RIP1:80 -m -w 1',
    ...(rules > 0 ? table : []),
    `  sysctls: { net.ipv4.vs.conntrack: ${conntrack} }`,
    'timeline:',
    '  - f1 client > S 0:0(0)',
    '  - f1 server > S. 0:0(0) ack 1',
    '  - f1 client > . 1:1(0) ack 1',
    '  - f1 client > P. 1:101(100) ack 1',
    '',
  ].join('\n');
}
