import { Duplex, PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import type { ContainerCreateOptions } from 'dockerode';
import { MachineError } from '../../errors.ts';
import { ConsoleRing } from '../microvm/console-ring.ts';
import { type Engine, OURS } from './engine.ts';
import { OWNER, removeContainer } from './leftovers.ts';
import { ourselves, ownerText } from './owner.ts';

/** A running container and the two ends of its standard streams. Gone when we are, since nobody holds its input then. */
export class Container {
  /** What it reads and writes. */
  readonly stream: Duplex;
  /** What it complains about, as it comes and what is kept of it. */
  readonly errors = new PassThrough();
  readonly complaints = new ConsoleRing();
  readonly id: string;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  readonly #engine: Engine;

  private constructor(engine: Engine, container: Docker.Container, attached: NodeJS.ReadWriteStream) {
    this.#engine = engine;
    this.id = container.id;
    const said = new PassThrough();
    engine.docker.modem.demuxStream(attached, said, this.errors);
    this.errors.on('data', (chunk: Buffer) => this.complaints.push(chunk));
    for (const event of ['end', 'close', 'error']) attached.once(event, () => said.end());
    this.stream = Duplex.from({ readable: said, writable: attached });
    // Its end is told by what is read.
    this.stream.on('error', () => {});
    this.ended = container.wait({ condition: 'removed' }).then(
      ({ StatusCode }) => `exit code ${StatusCode}`,
      () => 'the engine is gone',
    );
  }

  /** @throws MachineError when the engine does not start it */
  static async start(engine: Engine, options: ContainerCreateOptions): Promise<Container> {
    const labels = { [OURS]: 'director', [OWNER]: ownerText(ourselves()) };
    const created = await engine.ask(
      'creating a container',
      engine.docker.createContainer({ ...options, Labels: labels }),
    );
    try {
      const attach = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
      const attached = await engine.ask('attaching to a container', created.attach(attach));
      const container = new Container(engine, created, attached);
      await engine.ask('starting a container', created.start());
      return container;
    } catch (error) {
      await removeContainer(engine, created.id).catch(() => {});
      throw error;
    }
  }

  /** What it said last, and how it ended if it has. */
  async lastWords(): Promise<string> {
    const end = await Promise.race([this.ended, aMoment()]);
    return [this.complaints.text, end === undefined ? '' : `container: ${end}`].filter(Boolean).join('\n');
  }

  /** Ends and removes it. An engine that is gone has taken it along. */
  async close(): Promise<void> {
    this.stream.destroy();
    await removeContainer(this.#engine, this.id).catch((error: unknown) => {
      if (!(error instanceof MachineError)) throw error;
    });
  }
}

function aMoment(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), 1000).unref());
}
