import type { Progress } from '../../system/progress.ts';
import { type Engine, OURS } from './engine.ts';
import { isGone } from './owner.ts';

/** The label that says whose a container is. */
export const OWNER = `${OURS}.owner`;

/** Removes containers of runs that were killed before they could, and says so. */
export async function sweepLeftovers(engine: Engine, note: Progress): Promise<void> {
  const options = { all: true, filters: { label: [OWNER] } };
  const all = await engine.ask('listing containers', engine.docker.listContainers(options));
  const left = all.filter(({ Labels }) => isGone(Labels[OWNER] ?? ''));
  for (const { Id } of left) await removeContainer(engine, Id);
  if (left.length > 0)
    note(
      `removed ${left.length === 1 ? 'a container' : `${left.length} containers`} of a run that was killed`,
    );
}

/** One that is gone already, or on its way, is as good as removed. */
export async function removeContainer(engine: Engine, id: string): Promise<void> {
  const removed = engine.docker
    .getContainer(id)
    .remove({ force: true, v: true })
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
    });
  await engine.ask('removing a container', removed);
}
