import { spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll } from 'vitest';
import { MachineError } from '../../errors.ts';
import { findProgram } from '../../system/find-program.ts';
import { neededForTests } from '../../system/needed-for-tests.ts';
import { silent } from '../../system/progress.ts';
import { ensureTools } from '../../system/tools.ts';

/** What tests need besides what everybody does. */
const ENGINE = [{ name: 'dockerd', package: 'docker.io', purpose: 'runs containers, for tests' }];

const START_DEADLINE_MS = 60_000;

/** A Docker engine for tests: its own sockets, its own data, no network devices, no firewall rules; all of it gone at the end. */
export class PrivateEngine {
  readonly folder: string;
  readonly port: number;
  #ended: Promise<unknown> = Promise.resolve();
  #pid: number | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** @throws MachineError when none can be started here, with the reason */
  static async start(): Promise<PrivateEngine> {
    if (process.getuid?.() !== 0) throw new MachineError('only root can start one');
    // Its package starts an engine for the whole machine: nobody gets that unasked.
    if (process.env.CI === 'true') await ensureTools(silent, ENGINE);
    if (findProgram('dockerd') === undefined)
      throw new MachineError('dockerd is not installed; run as root: apt-get install docker.io');
    const engine = new PrivateEngine(await mkdtemp(join(tmpdir(), 'lvs-docker-')), await freePort());
    try {
      await engine.up();
      return engine;
    } catch (error) {
      await engine.remove();
      throw error;
    }
  }

  get socket(): string {
    return join(this.folder, 'docker.sock');
  }

  get docker(): Docker {
    return new Docker({ socketPath: this.socket });
  }

  async up(): Promise<void> {
    const log = await open(join(this.folder, 'log'), 'a');
    const child = spawn(findProgram('dockerd')!, this.#options(), { stdio: ['ignore', log.fd, log.fd] });
    this.#pid = child.pid;
    this.#ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
    await log.close();
    for (const limit = Date.now() + START_DEADLINE_MS; Date.now() < limit; await setTimeout(100)) {
      if (child.exitCode !== null) break;
      if (await this.docker.ping().then(Boolean, () => false)) return;
    }
    const console = await readFile(join(this.folder, 'log'), 'utf8');
    await this.down();
    throw new MachineError(`dockerd does not start: ${console.trimEnd().split('\n').at(-1)}`, { console });
  }

  /** As an administrator stops it: containers are stopped first. */
  async down(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#pid !== undefined) process.kill(this.#pid, signal);
    this.#pid = undefined;
    await this.#ended;
  }

  async remove(): Promise<void> {
    await this.down();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  #options(): string[] {
    const { folder } = this;
    return [
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'pid'), '--host', `unix://${this.socket}`],
      ...['--host', `tcp://127.0.0.1:${this.port}`, '--tls=false'],
      ...['--bridge=none', '--iptables=false', '--ip6tables=false'],
      // A container's share of the processor counts among all that the machine does, not only among containers.
      ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent=/'],
      ...['--shutdown-timeout', '1'],
    ];
  }
}

/**
 * An engine for the tests of one file, which DOCKER_HOST names while they run. Undefined where none can be started: that
 * is said loudly, and is a failure where CI is "true".
 */
export async function engineForTests(): Promise<PrivateEngine | undefined> {
  const engine = await neededForTests('no Docker engine', () => PrivateEngine.start());
  if (engine === undefined) return undefined;
  const before = process.env.DOCKER_HOST;
  process.env.DOCKER_HOST = `tcp://127.0.0.1:${engine.port}`;
  afterAll(async () => {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
    await engine.remove();
  });
  return engine;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
