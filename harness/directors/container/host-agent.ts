import type { ContainerCreateOptions } from 'dockerode';
import { MachineError } from '../../errors.ts';
import { AgentLink, type Silence } from '../agent-link.ts';
import {
  type AgentMessage,
  type AgentScenario,
  decodeTranscript,
  encodeScenario,
  type Hello,
  type ScenarioTranscript,
} from '../agent-protocol.ts';
import { Container } from './container.ts';
import type { Engine } from './engine.ts';

/** Starting a container takes a second; a machine that is busy, or an engine that unpacks an image, some more. */
const START_DEADLINE_MS = 60_000;

/** The agent in a container of its own. Plays one scenario after the other, until one goes wrong. */
export class HostAgent {
  readonly hello: Hello;
  readonly #container: Container;
  readonly #link: AgentLink;
  #lastId = 0;
  #usable = true;

  private constructor(hello: Hello, container: Container, link: AgentLink) {
    this.hello = hello;
    this.#container = container;
    this.#link = link;
  }

  /** @throws MachineError when no agent says hello */
  static async start(engine: Engine, options: ContainerCreateOptions): Promise<HostAgent> {
    const container = await Container.start(engine, options);
    const link = new AgentLink(container.stream);
    const first = await link.receive(START_DEADLINE_MS).catch((error: MachineError) => error);
    if ('kind' in first && first.kind === 'hello') return new HostAgent(first.hello, container, link);
    const why = first instanceof Error ? first.message : describe(first, START_DEADLINE_MS);
    const console = await container.lastWords();
    await container.close();
    throw new MachineError(`the agent in the container did not start: ${why}`, { console });
  }

  get id(): string {
    return this.#container.id;
  }

  get usable(): boolean {
    return this.#usable;
  }

  /** @throws MachineError when there is no answer, or a wrong one; the agent is of no use then */
  async play(scenario: AgentScenario, deadlineMs: number): Promise<ScenarioTranscript> {
    this.#lastId += 1;
    this.#link.send(encodeScenario(this.#lastId, scenario));
    try {
      const message = await this.#link.receive(deadlineMs);
      if (message.kind !== 'transcript') throw new MachineError(describe(message, deadlineMs));
      const transcript = decodeTranscript(message.transcript, scenario);
      if (transcript.id === this.#lastId) return transcript;
      throw new MachineError(`scenario ${this.#lastId} was answered as ${transcript.id}`);
    } catch (error) {
      this.#usable = false;
      if (!(error instanceof MachineError)) throw error;
      throw new MachineError(error.message, { console: await this.#container.lastWords(), cause: error });
    }
  }

  async close(): Promise<void> {
    this.#usable = false;
    await this.#container.close();
  }
}

function describe(message: AgentMessage | Silence, deadlineMs: number): string {
  switch (message.kind) {
    case 'deadline':
      return `no answer from the container within ${Math.round(deadlineMs / 1000)} s`;
    case 'hung-up':
      return 'the container ended';
    case 'error':
      return `agent: ${message.what}`;
    default:
      return `agent: a ${message.kind} out of turn`;
  }
}
