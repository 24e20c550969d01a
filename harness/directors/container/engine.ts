import Docker from 'dockerode';
import { MachineError } from '../../errors.ts';

/** What everything of ours carries in an engine, as a label: how it is told from what belongs to others. */
export const OURS = 'org.lvs-conformance';

/** What system calls say of a socket, in words that tell what to do. */
const TROUBLE: Readonly<Record<string, string>> = {
  ENOENT: 'nothing listens there; is a Docker engine running?',
  ECONNREFUSED: 'nothing listens there; is a Docker engine running?',
  EACCES: 'this user may not talk to it; members of its group (usually docker) may, or root',
  ENOTFOUND: 'there is no such host',
  ECONNRESET: 'the engine hung up',
};

interface Refusal extends NodeJS.ErrnoException {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string };
}

/** The Docker engine that DOCKER_HOST names, else the one at the usual socket. */
export class Engine {
  readonly docker: Docker;

  constructor(docker: Docker = new Docker()) {
    this.docker = docker;
  }

  /**
   * The answer to a request.
   *
   * @param doing what is being done, for the sentence about its failure: "starting a container"
   * @throws MachineError when the engine refuses it, or cannot be reached
   */
  async ask<T>(doing: string, request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (cause) {
      throw new MachineError(`Docker: ${doing}: ${await this.#inWords(cause as Refusal)}`, { cause });
    }
  }

  /** As `ask`, but there may be none of what is asked about: undefined then. */
  async find<T>(doing: string, request: Promise<T>): Promise<T | undefined> {
    return this.ask(
      doing,
      request.catch((error: Refusal) => {
        if (error.statusCode === 404) return undefined;
        throw error;
      }),
    );
  }

  async #inWords({ code, message, json }: Refusal): Promise<string> {
    const trouble = code === undefined ? undefined : TROUBLE[code];
    return trouble === undefined ? (json?.message ?? message) : `${await this.#address()}: ${trouble}`;
  }

  /** Where the engine is looked for, as DOCKER_HOST would say it. */
  async #address(): Promise<string> {
    const { DOCKER_HOST } = process.env;
    return DOCKER_HOST || 'unix:///var/run/docker.sock';
  }
}

/** The engine, if it answers and runs what we are. @throws MachineError when it does not */
export async function reachableEngine(): Promise<Engine> {
  const engine = new Engine();
  const { OSType, Arch } = await engine.ask('looking for the engine', engine.docker.version()).then(osOf);
  if (OSType !== 'linux' || Arch !== 'amd64')
    throw new MachineError(`Docker: the engine runs ${OSType} on ${Arch}; directors are Linux on amd64`);
  return engine;
}

const osOf = ({ Os, Arch }: Docker.DockerVersion) => ({ OSType: Os, Arch });
