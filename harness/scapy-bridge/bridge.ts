import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { InputError, MachineError } from '../errors.ts';
import { type Progress, silent } from '../system/progress.ts';
import { findScapy } from './find-scapy.ts';
import { ANSWERS, type Answer, BRIDGE_VERSION, type Operation, REPLY } from './messages.ts';

const PROGRAM = fileURLToPath(new URL('./python', import.meta.url));
/** What Python last complained about is enough to see what went wrong. */
const CONSOLE_CHARACTERS = 4_000;

export interface BridgeOptions {
  /** Default: the one that has Scapy. */
  readonly python?: string;
  /** The longest time that one answer may take; the start of Python is part of the first. */
  readonly timeoutMs?: number;
  readonly progress?: Progress;
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly waiting: Map<number, Waiting>;
  console: string;
}

interface Waiting {
  settle(line: unknown): void;
  fail(error: Error): void;
}

/**
 * Scapy in a process of its own, asked in JSON lines. It is started with the first question; one that died, or was
 * killed because it took too long, is replaced at the next one.
 */
export class ScapyBridge {
  readonly #options: BridgeOptions;
  #running: Promise<Running> | undefined;
  #id = 0;

  constructor(options: BridgeOptions = {}) {
    this.#options = options;
  }

  async ask<O extends Operation>(op: O, request: object = {}): Promise<Answer<O>> {
    this.#running ??= this.#start();
    const running = await this.#running.catch((error: unknown) => {
      this.#running = undefined;
      throw error;
    });
    return this.#exchange(running, op, request);
  }

  /** The process ends, and whoever still waits is told so. */
  async close(): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    this.#running = undefined;
    running?.child.kill('SIGKILL');
  }

  async #start(): Promise<Running> {
    const python = this.#options.python ?? (await findScapy(this.#options.progress ?? silent));
    // Isolated: neither the user's packages nor PYTHON… variables decide what runs.
    const child = spawn(python, ['-I', '-B', PROGRAM], { stdio: 'pipe', env: { LC_ALL: 'C.UTF-8' } });
    const running: Running = { child, waiting: new Map(), console: '' };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      running.console = (running.console + text).slice(-CONSOLE_CHARACTERS);
    });
    createInterface({ input: child.stdout }).on('line', (line) => receive(running, line));
    child.stdin.on('error', () => {}); // the end of the process says more
    child.on('error', (error) => this.#died(running, error.message));
    child.on('close', (code, signal) => this.#died(running, `it ended with ${signal ?? code}`));
    const { version } = await this.#exchange(running, 'hello', {});
    if (version === BRIDGE_VERSION) return running;
    child.kill('SIGKILL');
    throw new MachineError(`the Scapy process speaks version ${version}, not ${BRIDGE_VERSION}`);
  }

  #died(running: Running, how: string): void {
    const error = new MachineError(`the Scapy process is gone: ${how}`, { console: running.console });
    for (const each of running.waiting.values()) each.fail(error);
    running.waiting.clear();
    const forget = (current: Running) => {
      if (current === running) this.#running = undefined;
    };
    // Who waits for a start that fails has been told.
    void this.#running?.then(forget, () => {});
  }

  async #exchange<O extends Operation>(running: Running, op: O, request: object): Promise<Answer<O>> {
    const { child, waiting } = running;
    // A dead process will not be told to be dead again.
    if (child.exitCode !== null || child.signalCode !== null)
      throw new MachineError('the Scapy process is gone', { console: running.console });
    this.#id += 1;
    const id = this.#id;
    const timeoutMs = this.#options.timeoutMs ?? 60_000;
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    try {
      const reply = await new Promise<unknown>((settle, fail) => {
        waiting.set(id, { settle, fail });
        child.stdin.write(`${JSON.stringify({ id, op, ...request })}\n`);
      });
      return ANSWERS[op].parse(reply) as Answer<O>;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** One line of the process's; a line that is no reply ends it, as nothing after it can be trusted. */
function receive(running: Running, line: string): void {
  try {
    const reply = REPLY.parse(JSON.parse(line));
    const waiting = running.waiting.get(reply.id);
    running.waiting.delete(reply.id);
    if (!('fault' in reply)) waiting?.settle(reply.ok);
    else if (reply.fault === 'input') waiting?.fail(new InputError(reply.message));
    else waiting?.fail(new MachineError(`Scapy failed: ${reply.message}`, { console: running.console }));
  } catch {
    running.child.kill('SIGKILL');
  }
}
