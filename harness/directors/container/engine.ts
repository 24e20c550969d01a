import { once } from 'node:events';
import Docker from 'dockerode';
import { InputError, MachineError } from '../../errors.ts';

/** What everything of ours carries in an engine, as a label: how it is told from what belongs to others. */
export const OURS = 'org.lvs-conformance';

/** What system calls say of a socket, in words that tell what to do. */
const TROUBLE: Readonly<Record<string, string>> = {
  ENOENT: 'nothing listens there; is a Docker engine running?',
  ECONNREFUSED: 'nothing listens there; is a Docker engine running?',
  EACCES: 'this user may not talk to it; members of its group (usually docker) may, or root',
  ENOTFOUND: 'there is no such host',
  ECONNRESET: 'the engine hung up',
  EPIPE: 'the engine hung up',
  ETIMEDOUT: 'nobody answers there',
};

/** An address at which nobody answers is not waited for. */
const FIRST_ANSWER_MS = 10_000;

interface Refusal extends NodeJS.ErrnoException {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string };
}

/** The Docker engine that DOCKER_HOST names, else the one at the usual socket. */
export class Engine {
  readonly docker: Docker;

  constructor(docker: Docker = namedEngine()) {
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
      throw new MachineError(`Docker: ${doing}: ${this.#inWords(cause as Refusal)}`, { cause });
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

  #inWords({ code, message, json }: Refusal): string {
    const trouble = code === undefined ? undefined : TROUBLE[code];
    return trouble === undefined ? (json?.message ?? message) : `${address()}: ${trouble}`;
  }
}

/** Where the engine is looked for, as DOCKER_HOST would say it. */
const address = (): string => process.env.DOCKER_HOST || 'unix:///var/run/docker.sock';

function namedEngine(): Docker {
  try {
    return new Docker();
  } catch (cause) {
    throw new InputError(
      `DOCKER_HOST=${address()}: ${(cause as Error).message}; allowed: unix:///PATH, tcp://HOST:PORT, ssh://USER@HOST`,
    );
  }
}

/** The engine, if it answers and runs what we are. @throws MachineError when it does not */
export async function reachableEngine(): Promise<Engine> {
  const engine = new Engine();
  const { OSType, Arch } = await engine.ask('looking for the engine', answerOf(engine)).then(osOf);
  if (OSType !== 'linux' || Arch !== 'amd64')
    throw new MachineError(`Docker: the engine runs ${OSType} on ${Arch}; directors are Linux on amd64`);
  return engine;
}

/** dockerode's own limit of time would end what is meant to wait: for the end of a container. */
async function answerOf({ docker }: Engine): Promise<Docker.DockerVersion> {
  const limit = AbortSignal.timeout(FIRST_ANSWER_MS);
  const silence = once(limit, 'abort').then(() => {
    throw Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
  });
  return Promise.race([docker.version(), silence]);
}

const osOf = ({ Os, Arch }: Docker.DockerVersion) => ({ OSType: Os, Arch });
