import { randomInt } from 'node:crypto';
import type { Claim } from '../../suites/claim.ts';
import { CLAIMS, claimsMatching, claimsWithin } from '../../suites/claims.ts';
import { type Model, type Programme, randomProgramme } from '../../suites/programme.ts';
import { hasModuleFor, limitsOf } from '../../suites/within-limits.ts';
import { InputError } from '../errors.ts';
import type { Shard } from '../outcome.ts';
import type { Subject } from '../play/seat.ts';
import { modelLead, referenceFor } from './model-subjects.ts';
import { type PlayOptions, playCommand } from './play-command.ts';

export interface RunOptions extends PlayOptions {
  readonly claim: readonly string[];
  readonly runs: number | undefined;
  readonly forMs: number | undefined;
  readonly seed: number | undefined;
  readonly shard: Shard | undefined;
}

const DEFAULT_RUNS = 200;

/** `lvscheck run`: random scenarios. */
export async function runCommand(options: RunOptions): Promise<number> {
  const model = { lead: modelLead(), referenceFor };
  return playCommand(drawnProgramme(options, model), model, options);
}

/** What is drawn depends on what the directors can play; what is wrong with the options does not. */
export type ProgrammeFor = (subjects: readonly Subject[]) => Programme;

/** The random scenarios that are asked for. */
export function drawnProgramme(options: RunOptions, model: Model): ProgrammeFor {
  const claims = claimsMatching(options.claim);
  if (claims.length === 0)
    throw new InputError(
      `no claim begins with ${options.claim.join(' or ')}; there are ${CLAIMS.map(({ id }) => id).join(', ')}`,
    );
  // With a time limit alone, the clock ends the run.
  const runs = options.runs ?? (options.forMs === undefined ? DEFAULT_RUNS : Number.POSITIVE_INFINITY);
  const forMs = options.forMs ?? Number.POSITIVE_INFINITY;
  const { shard } = options;
  if (shard && options.seed === undefined)
    throw new InputError('--shard needs --seed: shards of different runs do not make one');
  const seed = options.seed ?? randomInt(2 ** 32);
  return (subjects) =>
    randomProgramme(playable(claims, options.claim, subjects), { seed, runs, forMs, shard }, model);
}

/** Where nobody can say anything about any of the claims, that is what the run shows. */
function playable(
  claims: readonly Claim[],
  prefixes: readonly string[],
  subjects: readonly Subject[],
): readonly Claim[] {
  const limits = limitsOf(subjects);
  const drawn = limits === undefined ? claims : claimsMatching(prefixes, claimsWithin(limits));
  const within = drawn.filter((claim) => subjects.some((subject) => hasModuleFor(claim, subject)));
  return within.length > 0 ? within : claims;
}
