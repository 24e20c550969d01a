import { InputError, MachineError } from '../errors.ts';
import type { ListedKernel } from '../kernels/catalogue.ts';
import { bind } from '../play/bind.ts';
import { firstDifferent, type Turn, type Verdict } from '../play/first-different.ts';
import { pairSubject } from '../play/pair-director.ts';
import type { Plan } from '../play/plan.ts';
import { type Probed, probe } from '../play/probe.ts';
import type { Subject } from '../play/seat.ts';
import { readScenarioFile } from '../replay/read-scenario.ts';
import type { Progress } from '../system/progress.ts';
import { bisectionRow } from './bisection-row.ts';
import { EXIT } from './exit-code.ts';
import { microvmSubject } from './microvm-subject.ts';
import { modelLead, referenceFor } from './model-subjects.ts';
import { Terminal } from './terminal.ts';

/** `lvscheck bisect FILE --good X --bad Y`: the first packaged kernel that does not do what X does. */
export async function bisectCommand(file: string, good: string, bad: string): Promise<number> {
  const plan = bind(await readScenarioFile(file), modelLead());
  const terminal = new Terminal();
  const row = await bisectionRow({ good, bad }, terminal.preparing);
  terminal.clear();
  const [first, last] = [row[0]!, row.at(-1)!];
  console.log(`good ${inWords(first)}, bad ${inWords(last)}, ${row.length - 2} kernels between them`);
  const reference = await kernelSubject(first.release, terminal.preparing);
  const ask = (kernel: ListedKernel, left: number) => asked({ kernel, left, reference, plan, terminal });
  await requireEnds(first, last, ask);
  tell(await firstDifferent(row, ask));
  return EXIT.agree;
}

interface Question {
  readonly kernel: ListedKernel;
  readonly left: number;
  readonly reference: Subject;
  readonly plan: Plan;
  readonly terminal: Terminal;
}

const kernelSubject = (release: string, progress: Progress) =>
  microvmSubject(`microvm:${release}`, release, progress);

async function asked({ kernel, left, reference, plan, terminal }: Question): Promise<Verdict> {
  const probed = await kernelSubject(kernel.release, terminal.preparing)
    .then((subject) => probe(pairSubject(reference, subject, referenceFor), referenceFor, plan))
    .catch(notPlayable);
  terminal.clear();
  console.log(`${left > 0 ? `${left} left: ` : ''}${inWords(kernel)}: ${said(probed)}`);
  return probed.kind;
}

/** A kernel that cannot be had, or not be booted, is left out. */
function notPlayable(error: unknown): Probed {
  if (error instanceof MachineError || error instanceof InputError)
    return { kind: 'unknown', why: error.message };
  throw error;
}

/** Before anything is looked for between them, both ends must be what they are said to be. */
async function requireEnds(
  first: ListedKernel,
  last: ListedKernel,
  ask: (kernel: ListedKernel, left: number) => Promise<Verdict>,
): Promise<void> {
  if ((await ask(first, 0)) !== 'same')
    throw new MachineError(`${first.release} does not do the same each time it plays this scenario`);
  const end = await ask(last, 0);
  if (end === 'same')
    throw new InputError(
      `${last.release} does what ${first.release} does in this scenario: nothing to look for`,
    );
  if (end === 'unknown') throw new MachineError(`nothing can be found out about ${last.release}`);
}

function tell({ last, first, unknown }: Turn<ListedKernel>): void {
  console.log(`\nfirst kernel that behaves differently: ${inWords(first)}`);
  console.log(`last one before it: ${inWords(last)}`);
  if (unknown.length > 0)
    console.log(
      `or one of these, about which nothing could be found out: ${unknown.map(inWords).join(', ')}`,
    );
}

function inWords({ release, version }: ListedKernel): string {
  return `${release} (${version})`;
}

export function said(probed: Probed): string {
  if (probed.kind === 'same') return 'the same';
  return probed.kind === 'different' ? `different, ${probed.headline}` : `cannot tell, ${probed.why}`;
}
