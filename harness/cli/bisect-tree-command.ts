import { InputError, MachineError } from '../errors.ts';
import { bind } from '../play/bind.ts';
import { pairSubject } from '../play/pair-director.ts';
import type { Plan } from '../play/plan.ts';
import { type Probed, probe } from '../play/probe.ts';
import type { Subject } from '../play/seat.ts';
import { readScenarioFile } from '../replay/read-scenario.ts';
import { said } from './bisect-command.ts';
import { microvmSubject } from './microvm-subject.ts';
import { modelLead, referenceFor } from './model-subjects.ts';
import { Terminal } from './terminal.ts';

/** What `git bisect run` understands: good, bad, leave this commit out, and stop, since no commit is to blame. */
const GIT = { good: 0, bad: 1, skip: 125, abort: 128 } as const;

/**
 * `lvscheck bisect FILE --kernel TREE`, for `git bisect run`: whether the kernel built there does what the good one
 * does or, without one, what the model says. Wrong input ends the whole bisection: as exit code 2 it would be one
 * more bad commit.
 */
export async function bisectTreeCommand(file: string, tree: string, good?: string): Promise<number> {
  const terminal = new Terminal();
  let ready: { plan: Plan; reference: Subject | undefined };
  try {
    const plan = bind(await readScenarioFile(file), modelLead());
    const reference = good === undefined ? undefined : await subjectOf(good, terminal);
    ready = { plan, reference };
  } catch (error) {
    console.error(`lvscheck: ${isOurs(error).message}`);
    return GIT.abort;
  }
  const probed = await probedTree(tree, ready, terminal);
  terminal.clear();
  console.log(said(probed));
  return { same: GIT.good, different: GIT.bad, unknown: GIT.skip }[probed.kind];
}

async function probedTree(
  tree: string,
  { plan, reference }: { plan: Plan; reference: Subject | undefined },
  terminal: Terminal,
): Promise<Probed> {
  try {
    const subject = await subjectOf(tree, terminal);
    const asked = reference ? pairSubject(reference, subject, referenceFor) : subject;
    return await probe(asked, referenceFor, plan);
  } catch (error) {
    return { kind: 'unknown', why: isOurs(error).message };
  }
}

function subjectOf(kernel: string, terminal: Terminal): Promise<Subject> {
  return microvmSubject(`microvm:${kernel}`, kernel, terminal.preparing);
}

/** Bugs of our own are not swallowed. */
function isOurs(error: unknown): Error {
  if (error instanceof InputError || error instanceof MachineError) return error;
  throw error;
}
