import { readFile } from 'node:fs/promises';
import { InputError } from '../../errors.ts';
import { sha256 } from '../../kernels/checksums.ts';
import { type Engine, OURS } from './engine.ts';
import { OWNER, removeContainer } from './leftovers.ts';
import { ourselves, ownerText } from './owner.ts';
import { treeArchive } from './tree-archive.ts';

/** Where the agent is put in an image of the user's. */
export const ADDED_AGENT = '/lvs-conformance-agent';

const REPOSITORY = 'lvs-conformance/given';

/**
 * An image of the user's, with the administrator's tools that are in it and our agent beside them. Made once for each
 * image and agent. It must be in the engine already: no registry is asked.
 *
 * @throws InputError when the engine has no such image
 */
export async function withAgent(engine: Engine, image: string, agentFile: string): Promise<string> {
  const given = await engine.find('looking for an image', engine.docker.getImage(image).inspect());
  if (given === undefined)
    throw new InputError(
      `--on container:${image}: the Docker engine has no such image; give it one with docker pull or docker load`,
    );
  const agent = await readFile(agentFile);
  const tag = sha256(`${given.Id} ${sha256(agent)}`).slice(0, 24);
  const name = `${REPOSITORY}:${tag}`;
  const made = await engine.find('looking for an image', engine.docker.getImage(name).inspect());
  if (made === undefined) await add(engine, { image: given.Id, tag, agent });
  return name;
}

interface Addition {
  readonly image: string;
  readonly tag: string;
  readonly agent: Uint8Array;
}

/** Nothing in the image is run for that. */
async function add(engine: Engine, { image, tag, agent }: Addition): Promise<void> {
  const Labels = { [OURS]: 'image', [OWNER]: ownerText(ourselves()) };
  const never = { Image: image, Entrypoint: [ADDED_AGENT], Labels, NetworkDisabled: true };
  const container = await engine.ask('creating a container', engine.docker.createContainer(never));
  try {
    const archive = treeArchive([{ kind: 'file', path: ADDED_AGENT, mode: 0o755, content: agent }]);
    await engine.ask('adding the agent to an image', container.putArchive(archive, { path: '/' }));
    const kept = { repo: REPOSITORY, tag, changes: `LABEL ${OURS}=image` };
    await engine.ask('adding the agent to an image', container.commit(kept));
  } finally {
    await removeContainer(engine, container.id);
  }
}
