import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { InputError } from '../harness/errors.ts';
import type { Difference, DirectorName, Run } from '../harness/outcome.ts';

const DIFFERENCE = z.strictObject({
  observable: z.string(),
  field: z.string(),
  expected: z.string().optional(),
  actual: z.string().optional(),
});

/** A kernel that crashes, or warns, where this function is in its fingerprint. */
const CRASH = z.strictObject({ crash: z.string().min(1) });

/** An accepted difference: what differs, on which kernels, and why that is all right. */
const KNOWN = z.strictObject({
  /** Never renamed. */
  id: z.string().min(1),
  reason: z.string().min(1),
  source: z.string().min(1),
  /** Beginnings of versions (`6.1.`, `6.12.107`); an empty text means every kernel. */
  kernels: z.array(z.string()).min(1),
  match: z.union([DIFFERENCE, CRASH]),
});

export type KnownDifference = z.infer<typeof KNOWN>;

export function readKnownDifferences(file: string | URL): KnownDifference[] {
  const rows = z.array(KNOWN).safeParse(parse(readFileSync(file, 'utf8')) ?? []);
  if (!rows.success) throw new InputError(`${file}: ${z.prettifyError(rows.error)}`);
  return rows.data;
}

/** Enough that a difference which still exists would have been met: of the rarest there is one in some 6,000 scenarios. */
const LONG_RUN_SCENARIOS = 50_000;

/** The row that accepts all differences of a step on this director; one that is left over makes it a mismatch. */
export function knownDifference(
  rows: readonly KnownDifference[],
  director: Pick<DirectorName, 'version' | 'release'>,
  differences: readonly Difference[],
): KnownDifference | undefined {
  const here = rows.filter((row) => isOn(row, director));
  const ids = differences.map((difference) => here.find((row) => matches(row, difference)));
  return ids.every((row) => row !== undefined) ? ids[0] : undefined;
}

/** The row that accepts such a crash on this director. */
export function knownCrash(
  rows: readonly KnownDifference[],
  director: Pick<DirectorName, 'version' | 'release'>,
  fingerprint: string,
): KnownDifference | undefined {
  const words = fingerprint.split(/[^\w.]+/);
  return rows.find((row) => isOn(row, director) && 'crash' in row.match && words.includes(row.match.crash));
}

function matches({ match }: KnownDifference, difference: Difference): boolean {
  return (
    'observable' in match &&
    match.observable === difference.observable &&
    match.field === difference.field &&
    (match.expected ?? difference.expected) === difference.expected &&
    (match.actual ?? difference.actual) === difference.actual
  );
}

/**
 * Rows that the run should have met and did not: the kernel was fixed, or the model was, and the row is to go. Only
 * a long run may say so.
 */
export function staleDifferences(
  rows: readonly KnownDifference[],
  { complete, summary, knownDifferences }: Run,
): readonly KnownDifference[] {
  if (!complete || summary.scenarios < LONG_RUN_SCENARIOS) return [];
  const kernels = summary.directors.filter(({ name }) => !isOfModel(name));
  const here = rows.filter((row) => kernels.some((director) => isOn(row, director)));
  return here.filter(({ id }) => knownDifferences.some((met) => met.id === id && met.occurrences === 0));
}

/** The model, and what is made of it, have a kernel's version and do not differ as it does. */
const isOfModel = (director: string): boolean => /^(model$|broken:)/.test(director);

function isOn({ kernels }: KnownDifference, { version }: Pick<DirectorName, 'version'>): boolean {
  return kernels.some((start) => version.startsWith(start));
}
