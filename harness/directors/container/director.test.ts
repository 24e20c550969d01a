import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ACK, SYN } from '../../../spec/wire/tcp.ts';
import { MachineError } from '../../errors.ts';
import { judgeOne } from '../../play/judge.ts';
import type { Plan, PlanStep } from '../../play/plan.ts';
import { Seat } from '../../play/seat.ts';
import { silent } from '../../system/progress.ts';
import { fromServer, planOf, wait } from '../microvm/testing.ts';
import { ModelDirector } from '../model.ts';
import { ContainerDirector, type Host } from './director.ts';
import { Engine, OURS } from './engine.ts';
import { OWNER, sweepLeftovers } from './leftovers.ts';
import { hostKernel } from './open.ts';
import { ourselves, ownerText } from './owner.ts';
import { engineForTests } from './private-engine.ts';

/** On this machine's kernel, through a Docker engine of our own. */

const ORPHAN = fileURLToPath(new URL('orphan.fixture.ts', import.meta.url));
const HOST = { image: undefined, maxWaitMs: 3000, loadModules: false };

const started = await engineForTests();
const engine = started!;

const notes: string[] = [];
const voices = { progress: silent, note: (said: string) => notes.push(said) };
let host: Host;
let director: ContainerDirector;

const containers = () => engine.docker.listContainers({ all: true });

const imageName = async () => (await engine.docker.listImages())[0]!.RepoTags![0]!;

/** No services: this machine's kernel may have no IPVS. */
function forwarding(...steps: PlanStep[]): Plan {
  const { config } = planOf();
  return { config: { ...config, services: [], sysctls: {} }, steps };
}

/** A real server's connection to a client, seen by the router between them. */
const PACKETS = forwarding(fromServer(1025, SYN), wait(300), fromServer(1025, ACK, 1, 1), wait(1200));

async function played(plan: Plan, on = director) {
  for await (const result of on.play([plan])) return result;
  throw new Error('nothing was played');
}

async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++, await setTimeout(100)) if (await holds()) return true;
  return false;
}

describe.skipIf(started === undefined)('a container', () => {
  beforeAll(async () => {
    host = await hostKernel(HOST, voices);
    director = new ContainerDirector('container', host);
  });
  afterEach(() => director.close());

  it('says which kernel it found, and what the model takes it for', () => {
    expect(notes.join('\n')).toContain(host.kernel.release);
    expect(host.kernel.release).toMatch(/^\d+\.\d+/);
    expect([100, 250, 1000]).toContain(host.kernel.hz);
  });

  it('does with every step what the model says, at the times that it really took', async () => {
    const seat = new Seat(
      { name: 'container', open: async () => director },
      (kernel) => new ModelDirector(kernel),
    );

    const judged = await judgeOne(seat, PACKETS);

    expect(judged).toEqual({ kind: 'agree' });
  });

  it('tells the time in the kernel’s own jiffies', async () => {
    const result = await played(forwarding(wait(100), wait(1000)));

    if (result.kind !== 'played') throw new Error(JSON.stringify(result));
    const [start, first, second] = result.observations.map(({ jiffies }) => jiffies);
    const { hz } = host.kernel;
    expect(first! - start!).toBeGreaterThanOrEqual(hz / 10);
    expect(second! - first!).toBeGreaterThanOrEqual(hz);
    expect(second! - first!).toBeLessThan(2 * hz);
  });

  it('refuses what would take too long, and what the kernel does not have', () => {
    expect(director.refuses(forwarding(wait(3001)))).toContain('--max-wait 3s');
    const lacking = { ...host, lacks: [{ what: 'ip_vs', why: 'IPVS' }] };
    expect(new ContainerDirector('container', lacking).refuses(planOf())).toContain('has no ip_vs (IPVS)');
    expect(new ContainerDirector('container', lacking).refuses(PACKETS)).toBeUndefined();
  });

  it('may do nothing but what it must, and sees nothing of the host', async () => {
    await played(forwarding(wait(0)));

    const { HostConfig, Mounts, Config } = await engine.docker.getContainer(director.containerId!).inspect();

    expect(Mounts).toEqual([]);
    expect(Config.Labels).toMatchObject({ [OURS]: 'director' });
    expect(HostConfig).toMatchObject({
      ...{ Privileged: false, NetworkMode: 'none', ReadonlyRootfs: true, AutoRemove: true, Binds: null },
      ...{ CapDrop: ['ALL'], PidsLimit: 32, Memory: 256 * 2 ** 20 },
      CapAdd: ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_NICE'],
      Devices: [{ PathOnHost: '/dev/net/tun' }],
    });
    expect(HostConfig.ReadonlyPaths).toContain('/proc/sys/kernel');
    expect(HostConfig.MaskedPaths).toContain('/proc/kcore');
  });

  it('is gone when its director is closed', async () => {
    await played(forwarding(wait(0)));
    await director.close();

    expect(await eventually(async () => (await containers()).length === 0)).toBe(true);
  });

  it('is gone when its harness was killed with -9', async () => {
    const holder = spawn(process.execPath, ['--import', 'tsx', ORPHAN], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect(await containers()).toHaveLength(1);

    holder.kill('SIGKILL');

    expect(await eventually(async () => (await containers()).length === 0)).toBe(true);
  });

  it('is swept by the next run where it was left all the same, and only then', async () => {
    const us = ourselves();
    const Image = await imageName();
    const make = (owner: string) =>
      engine.docker.createContainer({ Image, Cmd: ['x'], Labels: { [OWNER]: owner } });
    const dead = await make(ownerText({ ...us, started: '1' }));
    const alive = await make(ownerText(us));
    const elsewhere = await make(ownerText({ ...us, host: 'another', started: '1' }));
    const said: string[] = [];

    await sweepLeftovers(new Engine(engine.docker), (text) => said.push(text));

    expect(said).toEqual(['removed a container of a run that was killed']);
    const left = (await containers()).map(({ Id }) => Id);
    expect(left.sort()).toEqual([alive.id, elsewhere.id].sort());
    expect(left).not.toContain(dead.id);
    await Promise.all([alive.remove(), elsewhere.remove()]);
  });

  it('is replaced when it was killed in the middle of a scenario', async () => {
    await played(forwarding(wait(0)));
    const killed = engine.docker.getContainer(director.containerId!);
    const result = played(forwarding(wait(3000)));
    await setTimeout(500);
    await killed.kill();

    expect(await result).toMatchObject({ kind: 'infra-error', what: 'the container ended' });
    expect((await result) as { console: string }).toHaveProperty('console', 'container: exit code 137');
    expect(await played(forwarding(wait(0)))).toMatchObject({ kind: 'played' });
  });

  it('starts again after its image was removed', async () => {
    for (const { Id } of await engine.docker.listImages())
      await engine.docker.getImage(Id).remove({ force: true });

    expect(await played(forwarding(wait(0)))).toMatchObject({ kind: 'played' });
  });

  it('cannot be had while the engine is stopped, and is there again with it', async () => {
    await played(forwarding(wait(0)));
    const result = played(forwarding(wait(3000)));
    await setTimeout(500);
    await engine.down();

    expect(await result).toMatchObject({ kind: 'infra-error', what: 'the container ended' });
    expect(await played(forwarding(wait(0)))).toMatchObject({
      kind: 'infra-error',
      what: expect.stringContaining(`tcp://127.0.0.1:${engine.port}: nothing listens there`),
    });
    await engine.up();
    expect(await played(forwarding(wait(0)))).toMatchObject({ kind: 'played' });
  });

  it('takes the tools of an image that is given, or says what is missing', async () => {
    const given = await hostKernel({ ...HOST, image: await imageName() }, voices);
    const other = new ContainerDirector('container:given', given);
    onTestFinished(() => other.close());

    expect(await played(PACKETS, other)).toMatchObject({ kind: 'played' });
    await expect(hostKernel({ ...HOST, image: 'no/such' }, voices)).rejects.toThrow('has no such image');
  });
});

it.each([
  ['EACCES', 'this user may not talk to it'],
  ['ECONNREFUSED', 'is a Docker engine running?'],
])('an engine that cannot be talked to is one sentence: %s', async (code, says) => {
  const refused = Promise.reject(Object.assign(new Error(code), { code }));

  const asked = new Engine().ask('starting a container', refused);

  await expect(asked).rejects.toThrow(says);
  await expect(asked).rejects.toBeInstanceOf(MachineError);
});
