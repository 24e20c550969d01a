import { readFile } from 'node:fs/promises';
import { kernelOf } from '../../../spec/kernel.ts';
import { InputError } from '../../errors.ts';
import { buildAgent } from '../../kernels/agent-build.ts';
import { agentPath, directorTree, directorTreeKey } from '../../kernels/guest-image.ts';
import type { Progress, Voices } from '../../system/progress.ts';
import type { Host } from './director.ts';
import { type Engine, reachableEngine } from './engine.ts';
import { ADDED_AGENT, withAgent } from './given-image.ts';
import { HostAgent } from './host-agent.ts';
import { HOST_QUESTIONS, type HostAnswers, hostAnswers } from './host-kernel.ts';
import { takenAs, versionOf } from './host-version.ts';
import { importedImage } from './image.ts';
import { sweepLeftovers } from './leftovers.ts';
import { loadIpvs, type ModuleWishes } from './modules.ts';
import { agentContainer } from './settings.ts';

export interface HostOptions extends ModuleWishes {
  /** An image of the user's; undefined: ours. */
  readonly image: string | undefined;
  readonly maxWaitMs: number;
}

const QUESTIONS_DEADLINE_MS = 120_000;

/**
 * The kernel that the engine's containers run on, asked in one of them.
 *
 * @throws MachineError, InputError when there is no engine, no image, or no agent runs there
 */
export async function hostKernel(options: HostOptions, voices: Voices): Promise<Host> {
  const engine = await reachableEngine();
  await sweepLeftovers(engine, voices.note);
  // Looked for each time: somebody may have removed the image.
  const start = async () =>
    HostAgent.start(engine, await containerSettings(engine, options.image, voices.progress));
  const agent = await start();
  try {
    const ask = async () => hostAnswers((await agent.play(HOST_QUESTIONS, QUESTIONS_DEADLINE_MS)).setup);
    const { release, hz } = agent.hello;
    const answers = await loadIpvs(await ask(), { release, wishes: options, ask, note: voices.note });
    requirePrograms(answers, options.image);
    const version = versionOf(release, answers.version);
    voices.note(takenAs(release, version));
    const kernel = kernelOf({ release, version, hz });
    return { kernel, lacks: answers.lacks, maxWaitMs: options.maxWaitMs, start };
  } finally {
    await agent.close();
  }
}

async function containerSettings(engine: Engine, image: string | undefined, progress: Progress) {
  const agentFile = await buildAgent(progress);
  if (image !== undefined) return agentContainer(await withAgent(engine, image, agentFile), ADDED_AGENT);
  const agent = await readFile(agentFile);
  const ours = {
    kind: 'director',
    key: await directorTreeKey(agent),
    says: 'the image of a director',
    tree: () => directorTree(agent),
  } as const;
  return agentContainer(await importedImage(engine, ours, progress), agentPath);
}

/** Ours has them all. */
function requirePrograms({ missing, lacks }: HostAnswers, image: string | undefined): void {
  const ipvs = !lacks.some(({ what }) => what === 'ip_vs');
  const needed = missing.filter((program) => ipvs || program !== 'ipvsadm');
  if (needed.length > 0)
    throw new InputError(
      `--on container:${image}: the image has no ${needed.join(', ')}, with which a director is set up`,
    );
}
