import { z } from 'zod';
import { type Finding, OBSERVABLES, OUTCOME_KINDS, type Run, SCHEMA_VERSION } from '../harness/outcome.ts';

/** report.json as other programs find it, and as it is read back. What it does not name may be added at any time. */

const COUNT = z.int().nonnegative();
const LINK = z.enum(['client', 'server']);
const ADDRESS = z
  .int()
  .min(0)
  .max(0xffffffff)
  .meta({ id: 'ipv4', description: 'An IPv4 address as a number.' });
const PORT = z.int().min(0).max(0xffff);

/** Frames are text of hexadecimal digits. */
const FRAME = z.codec(z.string().regex(/^(?:[0-9a-f]{2})*$/), z.instanceof(Uint8Array), {
  decode: (digits) => Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
  encode: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
});

const DIRECTOR = z
  .object({ name: z.string(), release: z.string(), version: z.string(), hz: z.int().positive() })
  .meta({ id: 'director', description: 'What was played on; `name` is what --on takes.' });

const OUTCOMES = z
  .object(Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, COUNT])) as Record<Kind, typeof COUNT>)
  .meta({ id: 'outcomes', description: 'How many scenarios ended in which way.' });
type Kind = (typeof OUTCOME_KINDS)[number];

const PER_FINDING = z
  .record(z.string().regex(/^\d+$/), COUNT)
  .meta({ description: 'Number of a finding -> how many scenarios came to it.' });

const SERVICE = z.object({
  ...{ protocol: z.string(), address: ADDRESS, port: PORT, scheduler: z.string(), flags: z.string() },
  dests: z.array(
    z.object({
      ...{ address: ADDRESS, port: PORT, forward: z.string(), weight: z.int() },
      ...{ activeConn: z.int(), inActConn: z.int() },
    }),
  ),
});

const CONNECTION = z.object({
  ...{ protocol: z.string(), client: ADDRESS, clientPort: PORT, virtual: ADDRESS, virtualPort: PORT },
  ...{ dest: ADDRESS, destPort: PORT, state: z.string(), expires: z.int() },
});

const TUPLE = z.object({ src: ADDRESS, dst: ADDRESS, sport: z.int(), dport: z.int() });
const CONNTRACK = z.object({
  ...{ protocol: z.string(), timeout: z.int(), state: z.string(), original: TUPLE, reply: TUPLE },
  ...{ unreplied: z.boolean(), assured: z.boolean(), mark: COUNT },
});

const EXPECT = z.object({ protocol: z.int(), timeout: z.int(), tuple: TUPLE, helper: z.string() });

const COUNTER = z.object({
  ...{ table: z.string(), chain: z.string(), rule: COUNT, packets: COUNT, bytes: COUNT },
});

const OBSERVATION = z
  .object({
    jiffies: z.int().meta({ description: "The director's clock when the step happened." }),
    emitted: z.array(z.object({ link: LINK, frame: FRAME, open: z.array(z.string()).exactOptional() })),
    refused: z.boolean(),
    services: z.array(SERVICE),
    connections: z.array(CONNECTION),
    conntrack: z.array(CONNTRACK),
    expects: z.array(EXPECT).exactOptional(),
    counters: z.array(COUNTER),
  })
  .meta({ id: 'observation', description: 'All that could be seen of a director after a step.' });

const STEP = z
  .object({
    says: z.string(),
    sent: z
      .object({ link: z.enum(['client', 'server', 'director']), frame: FRAME })
      .exactOptional()
      .meta({
        description: "What began the step; of a packet of the director's own the Ethernet header is 0.",
      }),
    model: OBSERVATION,
    director: OBSERVATION,
    trace: z.array(z.object({ hook: z.string(), station: z.string(), verdict: z.string(), why: z.string() })),
  })
  .meta({ id: 'step', description: 'A step on the reference (`model`) and on the director.' });

const FINDING = z
  .object({
    number: z.int().positive(),
    kind: z.enum(['mismatch', 'crash']),
    status: z.enum(['unconfirmed', 'confirmed', 'not-reproducible']),
    claim: z.string(),
    director: DIRECTOR,
    reference: z.string(),
    origin: z.object({ seed: COUNT, index: COUNT }).optional(),
    indices: z.array(COUNT),
    scenarioText: z.string().meta({ description: 'The smallest scenario as a scenario file.' }),
    signature: z.string().meta({ description: 'What makes two findings of a director one.' }),
    step: COUNT,
    differences: z.array(
      z.object({
        ...{ observable: z.enum(OBSERVABLES), where: z.string(), field: z.string() },
        ...{ expected: z.string(), actual: z.string() },
      }),
    ),
    changes: z.array(z.string()).exactOptional().meta({
      description: 'Named changes of the kernel that make the difference, where two kernels are compared.',
    }),
    steps: z.array(STEP),
    headline: z.string(),
    shrunk: z
      .object({ attempts: COUNT, itemsBefore: COUNT, itemsAfter: COUNT, complete: z.boolean() })
      .optional(),
    console: z.string(),
  })
  .meta({ id: 'finding', description: 'A divergence or a crash.' });

const SUMMARY = z.object({
  ...{ scenarios: COUNT, steps: COUNT, packets: COUNT, outcomes: OUTCOMES },
  wallSeconds: z.number().nonnegative(),
  seed: COUNT,
  shard: z.object({ index: COUNT, count: z.int().positive() }).optional(),
  directors: z.array(DIRECTOR),
  reference: z.string(),
});

const CLAIM = z.object({
  ...{ claim: z.string(), says: z.string(), director: z.string(), outcomes: OUTCOMES },
  findings: PER_FINDING,
});

const UNDECIDED = z.object({
  kind: z.enum(['infra-error', 'unsupported']),
  ...{ director: z.string(), claim: z.string(), index: COUNT },
  ...{ what: z.string(), console: z.string(), occurrences: COUNT },
});

const RUN = z
  .object({
    schemaVersion: z.literal(SCHEMA_VERSION),
    version: z.string(),
    complete: z.boolean(),
    summary: SUMMARY,
    claims: z.array(CLAIM),
    findings: z.array(FINDING),
    occurrences: PER_FINDING,
    undecided: z.array(UNDECIDED),
    knownDifferences: z.array(z.object({ id: z.string(), occurrences: COUNT })),
  })
  .meta({ title: 'report.json of lvs-conformance' });

/** The same as a JSON schema (draft 2020-12); `reports/report.schema.json` holds it for other programs. */
export function runJsonSchema(): unknown {
  return z.toJSONSchema(RUN, { io: 'input' });
}

const COVERAGE = z.object({
  directors: z.array(
    z.object({
      director: z.string(),
      summary: z.object({ reached: COUNT, reachable: COUNT }),
      tables: z.array(
        z.object({
          ...{ id: z.string(), says: z.string() },
          axes: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
          cells: z.array(
            z.object({
              ...{ at: z.array(z.string()), scenarios: COUNT },
              unreachable: z.string().exactOptional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** A coverage.json that has been read; what is wrong with it in words, or what it holds. */
export function storedCoverage(json: unknown): Run['coverage'] | { readonly wrong: string } {
  const read = COVERAGE.safeParse(json);
  return read.success ? read.data.directors : { wrong: wrongIn(read.error) };
}

function wrongIn(error: z.ZodError): string {
  return z.prettifyError(error).split('\n').slice(0, 2).join(' ');
}

/** A run whose findings' scenarios are text: only the harness reads scenarios. */
export type StoredRun = Omit<Run, 'findings'> & { readonly findings: readonly Omit<Finding, 'scenario'>[] };

/** A report.json that has been read; what is wrong with it in words, or the run. */
export function storedRun(json: unknown): StoredRun | { readonly wrong: string } {
  const read = RUN.safeParse(json);
  if (!read.success) return { wrong: wrongIn(read.error) };
  const { findings, ...run } = read.data;
  return {
    ...run,
    // It has a file of its own, coverage.json.
    coverage: [],
    findings: findings.map(({ origin, ...finding }) => ({ ...finding, origin })),
  };
}
