import type Docker from 'dockerode';
import type { GuestEntry } from '../../kernels/guest-tree.ts';
import type { Progress } from '../../system/progress.ts';
import { type Engine, OURS } from './engine.ts';
import { treeArchive } from './tree-archive.ts';

/** An image of ours: what it is for, what decides its content, and the content. */
export interface OurImage {
  /** Its repository is named after it. */
  readonly kind: 'director' | 'microvm';
  readonly key: string;
  /** What is being made, for a reader: "the image of a director". */
  readonly says: string;
  readonly tree: () => Promise<readonly GuestEntry[]>;
}

const DAY_SECONDS = 24 * 3600;

const repositoryOf = (kind: OurImage['kind']): string => `lvs-conformance/${kind}`;

/**
 * Name of the image in the engine; imported when it is not there. No registry is asked. Those of its kind that are
 * older than a day go, but for those that are in use: a run may need some, one for each kernel.
 *
 * @throws MachineError when the engine does not take it
 */
export async function importedImage(engine: Engine, image: OurImage, progress: Progress): Promise<string> {
  const repository = repositoryOf(image.kind);
  const name = `${repository}:${image.key}`;
  const present = engine.docker.getImage(name).inspect();
  if ((await engine.find('looking for an image', present)) !== undefined) return name;
  progress(`giving the Docker engine ${image.says}`);
  await removeOld(engine, repository);
  const archive = treeArchive(await image.tree());
  const options = { repo: repository, tag: image.key, changes: [`LABEL ${OURS}=image`] };
  const said = await engine.ask('importing an image', engine.docker.importImage(archive, options));
  await engine.ask('importing an image', finished(engine.docker, said));
  return name;
}

/** The engine tells how far it is, and an error in the middle of that. */
function finished(docker: Docker, said: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(said, (error) => (error ? reject(error) : resolve()));
  });
}

async function removeOld(engine: Engine, repository: string): Promise<void> {
  const filters = { reference: [repository], label: [`${OURS}=image`] };
  const others = await engine.ask('listing images', engine.docker.listImages({ filters }));
  const old = others.filter(({ Created }) => Created < Date.now() / 1000 - DAY_SECONDS);
  // One that a container runs on is refused, and goes another time.
  for (const { Id } of old)
    await engine.docker
      .getImage(Id)
      .remove()
      .catch(() => {});
}
