import { BIASES, EVEN, type ScenarioBias } from '../generators/bias.ts';
import { SIZES, type Size } from '../generators/sizes.ts';

/** Shapes of scenarios that several claims ask for. */

/** Room for packets that come in pieces. */
export const MANY_PACKETS: Size = { ...SIZES.standard, services: 2, flows: 3, segments: 28 };

/** One service that most flows go to: a scheduler shows its rule only over several connections. */
export const MANY_CONNECTIONS: Size = {
  ...SIZES.standard,
  services: 1,
  flows: 12,
  turns: 2,
  accidents: 1,
  segments: 32,
};

/** Few flows that say much: the far cells of a state table are many segments away. */
export const LONG_TALKS: Size = {
  ...SIZES.standard,
  services: 2,
  flows: 4,
  turns: 10,
  interruptions: 5,
  segments: 56,
};

/** Directors under secure_tcp, and little that keeps their connections from its table. */
export const DEFENDED: ScenarioBias = {
  ...BIASES.stateTables,
  ...{ defence: 100, disorder: 100, sysctls: 20, conntrack: 20, accidents: 5, rules: 5, nat: 5 },
  ...{ droute: 30, tunnel: 4, localNode: 2 },
  ...{ udp: 0, udpServices: 0, sctpServices: 0, markServices: 0, ftp: 12, besideServices: 2 },
  ...{ icmpErrors: 2, echoes: 0, timeoutEdges: 10, persistence: 2, shortFlows: 0 },
};

/** Whole sessions in which nothing but flags is odd: another accident before would hide what they do. */
export const ODD_FLAGS_ONLY: ScenarioBias = {
  ...EVEN,
  ...{ accidents: 100, wrongFlags: 12, lossy: 0, outOfWindow: 0, damaged: 0 },
  ...{ disorder: 0, portReuse: 0, commands: 5 },
  ...{ rules: 100, conntrack: 90, besideServices: 50, droute: 15 },
};
