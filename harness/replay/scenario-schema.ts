import { z } from 'zod';
import { MOST_HOSTS } from '../../spec/config/topology.ts';
import { SYSCTLS } from '../../spec/tables/sysctls.ts';

/** More steps than anybody reads, few enough to be played. */
const MOST_STEPS = 5_000;

const sysctls = z.strictObject(
  Object.fromEntries(SYSCTLS.map(({ name, min, max }) => [name, z.int().min(min).max(max).optional()])),
);

/** Less than 576 bytes need not be taken by anybody; more than 1500 no Ethernet link takes. */
const mtu = z.int().min(576).max(1500).optional();

const hosts = (most: number) => z.int().min(1).max(most).optional();

const director = z.strictObject({
  hosts: z
    .strictObject({
      clients: hosts(MOST_HOSTS.clients),
      servers: hosts(MOST_HOSTS.servers),
      vips: hosts(MOST_HOSTS.vips),
    })
    .optional()
    .describe('How many there are of each where it is not CIP1 to CIP4, RIP1 to RIP4, VIP1 and VIP2'),
  mtu: z
    .strictObject({ client: mtu, server: mtu })
    .optional()
    .describe('The largest packet that each link takes, where it is not 1500 bytes'),
  services: z
    .string()
    .optional()
    .describe(
      'The virtual services as ipvsadm-save -n prints them; names like VIP and RIP1 may stand for addresses',
    ),
  rules: z.string().optional().describe('The firewall rules as iptables-save prints them'),
  routing: z
    .string()
    .optional()
    .describe(
      'Rules and routes beside those of the links, as one adds them: lines of ip rule add … and ip route add …',
    ),
  iptables: z
    .literal('nft')
    .optional()
    .describe('The tool that sets them is iptables-nft, which writes them into nf_tables'),
  sysctls: sysctls.optional().describe('Settings that differ from those of every director'),
});

const step = z.union([
  z
    .string()
    .describe(
      'A packet (f1 client > S 0:0(0) win 64240 <mss 1460>) or a wait (+0.1s, +15m). What has no words of its own is named by its protocol (f1 client > proto esp 100). A payload is a pattern unless it begins with bytes (data GET%20/, any protocol) or is a line in which names stand for addresses that only the director decides on (says "227 ({self,},40,1)\\r\\n", TCP)',
    ),
  z.strictObject({
    do: z.string().describe("An administrator's command: ipvsadm, iptables, conntrack or sysctl"),
  }),
  z.strictObject({
    expect: z
      .union([z.string(), z.array(z.string()).min(1)])
      .describe(
        'What is seen after the step above, of the model and of every director: to RIP1, nothing out …',
      ),
    when: z
      .string()
      .optional()
      .describe('Only on kernels with this change: [not] CHANGE, as kernels changes lists them'),
  }),
]);

/** The shape of a scenario file; what its texts say is for the readers in spec/. */
export const SCENARIO_FILE = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    .max(100)
    .optional()
    .describe('Never renamed: lower-case words joined by -'),
  title: z.string().min(1).max(300).optional().describe('What the scenario shows, in one sentence'),
  source: z.string().min(1).max(300).optional().describe('Where the story comes from'),
  story: z
    .string()
    .min(1)
    .max(600)
    .optional()
    .describe('What somebody met, and why it is so: about two sentences; >- folds several lines into one'),
  director,
  flows: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Name to CLIENT:PORT > SERVICE:PORT [isn CLIENT/SERVER] [with FLOW]; without it flows go from CIP1:40001 on to the first service',
    ),
  timeline: z.array(step).max(MOST_STEPS),
});

export type ScenarioFile = z.infer<typeof SCENARIO_FILE>;

/** The keys that a file has, by the path of their mapping. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(SCENARIO_FILE.shape),
  director: Object.keys(director.shape),
  'director.mtu': Object.keys(director.shape.mtu.unwrap().shape),
  'director.hosts': Object.keys(director.shape.hosts.unwrap().shape),
};

/** The shape as JSON Schema, for editors that complete and check while one types. */
export function scenarioJsonSchema(): object {
  return { title: 'A scenario of lvs-conformance', ...z.toJSONSchema(SCENARIO_FILE) };
}
