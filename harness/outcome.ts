import type { Origin } from '../spec/config/topology.ts';
import type { Observation } from '../spec/observation.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { TraceEntry } from '../spec/trace.ts';

/** The vocabulary of results. Reports know nothing of the harness but this file. */

/** Other programs read `report.json`: raise this when a field changes its meaning or goes away. */
export const SCHEMA_VERSION = 1;

/** In the order in which a step's differences are listed: what left the box first. */
export const OBSERVABLES = [
  'frames',
  'refused',
  'services',
  'connections',
  'conntrack',
  'expects',
  'counters',
  'expectations',
] as const;
export type ObservableName = (typeof OBSERVABLES)[number];

/** One value that is not what the reference says. */
export interface Difference {
  readonly observable: ObservableName;
  /** Which row or frame: `emitted frame 1 to server`, `10.0.0.2:1025 -> 10.0.0.100:80`. */
  readonly where: string;
  /** `tcp.sport`, `state`; `row` when a whole row or frame is missing or too many. */
  readonly field: string;
  /** As printed for a reader; `absent` for a missing row. */
  readonly expected: string;
  readonly actual: string;
}

/** What one scenario came to on one director (DESIGN 7). */
export type Outcome =
  | { readonly kind: 'agree' }
  /** Confirmed from fresh boots; `finding` is its number in the run. */
  | { readonly kind: 'mismatch'; readonly finding: number }
  | { readonly kind: 'known-difference'; readonly id: string }
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'infra-error'; readonly what: string; readonly console: string }
  | { readonly kind: 'crash'; readonly finding: number };

export const OUTCOME_KINDS = [
  'agree',
  'mismatch',
  'known-difference',
  'unsupported',
  'infra-error',
  'crash',
] as const satisfies readonly Outcome['kind'][];
export type OutcomeCounts = Readonly<Record<Outcome['kind'], number>>;

/** A director as a result names it. */
export interface DirectorName {
  /** As the command line names it: `microvm:6.1`. */
  readonly name: string;
  readonly release: string;
  readonly version: string;
  /** Timer interrupts a second: what a jiffy is. */
  readonly hz: number;
}

/** One step of a finding, on the model and on the director. Index 0 is the set-up. */
export interface StepRecord {
  /** The timeline item as a scenario file writes it; 'set-up' for index 0. */
  readonly says: string;
  readonly sent?: { readonly link: Origin; readonly frame: Uint8Array };
  readonly model: Observation;
  readonly director: Observation;
  readonly trace: readonly TraceEntry[];
}

/** How a scenario became smaller before it was written down. */
export interface Shrunk {
  /** Candidates played. */
  readonly attempts: number;
  readonly itemsBefore: number;
  readonly itemsAfter: number;
  /** False when the budget ended first: a smaller one may exist. */
  readonly complete: boolean;
}

/** A divergence or a crash, with all that a reader needs to judge it and to see it again. */
export interface Finding {
  /** From 1, in the order of finding. */
  readonly number: number;
  readonly kind: 'mismatch' | 'crash';
  /**
   * `unconfirmed` until it came out the same from fresh boots: written down at once, so that nothing is lost when
   * the run ends before that. `not-reproducible` ones stay on disk, but count as infra-error.
   */
  readonly status: 'unconfirmed' | 'confirmed' | 'not-reproducible';
  /** Id in suites/claims; what names the file for a scenario from a file. */
  readonly claim: string;
  readonly director: DirectorName;
  /** What the director was compared with: `model`, or another director's name. */
  readonly reference: string;
  /** The run's seed and the index of the scenario in it; undefined for a scenario from a file. */
  readonly origin: { readonly seed: number; readonly index: number } | undefined;
  /**
   * Which scenarios of the run became this one when they were shrunk. Only the first few failures of a kind are looked
   * into, so there may be more that fail: `Run.occurrences` counts all.
   */
  readonly indices: readonly number[];
  readonly scenario: Scenario;
  /** The same as a scenario file. */
  readonly scenarioText: string;
  /** What makes two findings one: `frames tcp.sport`, or a crash's fingerprint. */
  readonly signature: string;
  /** The timeline item, from 1, after which the two first differ; 0 is the set-up. */
  readonly step: number;
  /** All of that step; empty for a crash. */
  readonly differences: readonly Difference[];
  /** Where two kernels are compared: the named changes (`lvscheck kernels changes`) that make the difference, if they do. */
  readonly changes?: readonly string[];
  /** Up to and with that step; empty for a crash. */
  readonly steps: readonly StepRecord[];
  /** One line for people: the first difference, or what the crash said. */
  readonly headline: string;
  /** Undefined when it was not shrunk. */
  readonly shrunk?: Shrunk | undefined;
  /** The guest's last words; '' when it said nothing. */
  readonly console: string;
}

/** One claim on one director. */
export interface ClaimResult {
  readonly claim: string;
  readonly says: string;
  readonly director: string;
  readonly outcomes: OutcomeCounts;
  /** Finding number -> how many of these scenarios came to it; the finding may be filed under another claim. */
  readonly findings: Readonly<Record<number, number>>;
}

/** Something that could not be decided, once for each text. */
export interface Undecided {
  readonly kind: 'infra-error' | 'unsupported';
  readonly director: string;
  readonly claim: string;
  /** Index of the first scenario concerned. */
  readonly index: number;
  readonly what: string;
  readonly console: string;
  readonly occurrences: number;
}

/** Part `index` of `count` of a run, from 0: the scenarios whose index, divided by `count`, leaves `index`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export interface Summary {
  /** Scenarios played, each on every director. */
  readonly scenarios: number;
  /** Steps compared, over all directors. */
  readonly steps: number;
  /** Frames sent into directors. */
  readonly packets: number;
  readonly outcomes: OutcomeCounts;
  readonly wallSeconds: number;
  readonly seed: number;
  /** Undefined for a whole run. */
  readonly shard?: Shard | undefined;
  readonly directors: readonly DirectorName[];
  /** What they were compared with: `model`, or another director's name. */
  readonly reference: string;
}

/** One direction in which a table of the reference extends. */
export interface CoverageAxis {
  readonly name: string;
  readonly values: readonly string[];
}

export interface CoverageCell {
  /** A value of each axis, in the order of the axes. */
  readonly at: readonly string[];
  /** In how many scenarios a step reached the cell and was then compared. */
  readonly scenarios: number;
  /** Why no director can reach it. */
  readonly unreachable?: string;
}

/** What of one table of the reference a run has compared. */
export interface CoverageTable {
  /** Never renamed: `ipvs-tcp`. */
  readonly id: string;
  readonly says: string;
  readonly axes: readonly CoverageAxis[];
  /** Every cell, reached or not: all combinations of the axes' values, the last axis fastest. */
  readonly cells: readonly CoverageCell[];
}

/** `reachable` are all cells but those with a reason; `reached` are those of them that a compared step came to. */
export interface CoverageSummary {
  readonly reached: number;
  readonly reachable: number;
}

/** What of the reference one director was compared with. */
export interface Coverage {
  readonly director: string;
  readonly summary: CoverageSummary;
  readonly tables: readonly CoverageTable[];
}

/** All that one command found out; the writers in reports/ are functions of it. */
export interface Run {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  /** Of lvs-conformance. */
  readonly version: string;
  /** False when the run was interrupted: what is here is true, but not all. */
  readonly complete: boolean;
  readonly summary: Summary;
  readonly claims: readonly ClaimResult[];
  /** One for each director; none where directors are compared with each other. Written to coverage.json. */
  readonly coverage: readonly Coverage[];
  readonly findings: readonly Finding[];
  /** Finding number -> how many scenarios came to it. */
  readonly occurrences: Readonly<Record<number, number>>;
  readonly undecided: readonly Undecided[];
  /** Rows of suites/known-differences.yaml, and how often each was met. */
  readonly knownDifferences: readonly { readonly id: string; readonly occurrences: number }[];
}
