import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const FIN_DROPPED = fileURLToPath(
  new URL('../../suites/scenarios/ipvs/masq-dest-edited-to-droute.yaml', import.meta.url),
);
const LVSCHECK = fileURLToPath(new URL('./lvscheck.js', import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), 'lvscheck-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function lvscheck(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LVSCHECK, ...args], {
    cwd: FOLDER,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const report = (out: string) => JSON.parse(readFileSync(join(FOLDER, out, 'report.json'), 'utf8'));

/** A report without what the clock says. */
function timeless(out: string) {
  const { summary, ...rest } = report(out);
  return { ...rest, summary: { ...summary, wallSeconds: 0 } };
}

describe('lvscheck', () => {
  it.each([
    [['bogus']],
    [['explain']],
    [['run', '--runs', 'x']],
    [['run', '--runs', '0']],
    [['run', '--seed', '-1']],
    [['run', '--for', '3']],
    [['run', '--on', 'foo']],
    [['run', '--on', 'broken:nobody']],
    [['run', '--claim', 'nothing/']],
    [['replay', 'nowhere.yaml', '--on', 'model']],
    [['diff', '--on', 'model', '--on', 'model']],
    [['bisect', 'a.yaml', '--good', '6.1']],
    [['bisect', 'a.yaml', '--good', '6.1', '--bad', '6.12', '--within', 'commits']],
    [['bisect', 'nowhere.yaml', '--good', '6.1', '--bad', '6.12']],
    [['run', '--on', 'model', '--out', 'a-file']],
    [['run', '--seed', '1', '--shard', '2/2']],
    [['run', '--on', 'model', '--shard', '0/2']],
    [['merge', 'nowhere.json']],
    [['report', '--compare', 'nowhere.json', 'nowhere.json']],
    [['merge', 'a-file']],
  ])('answers wrong usage %j with one line and exit code 2', (args) => {
    writeFileSync(join(FOLDER, 'a-file'), '');
    const { status, stdout, stderr } = lvscheck(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('(Did you')),
    ).toHaveLength(1);
  });

  it('fails a run that compares less than --min-coverage asks for', () => {
    const few = [
      'run',
      '--on',
      'broken:sched-lblc-forgets',
      '--claim',
      'rules/marks',
      '--runs',
      '1',
      '--seed',
      '1',
    ];
    expect(lvscheck(...few, '--out', 'few').status).toBe(0);
    const gated = lvscheck(...few, '--min-coverage', '90', '--out', 'few');
    expect(gated.status).toBe(1);
    expect(gated.stderr).toMatch(/cells compared on .*: less than --min-coverage 90\n$/);
  });

  it('shows help', () => {
    expect(lvscheck('--help')).toMatchObject({ status: 0, stderr: '' });
    expect(lvscheck('run', '--help').stdout).toContain('--claim');
  });

  it('compares directors with the first one, and its findings can be seen again', () => {
    const [lead, other] = ['broken:ipvs-reply-ttl', 'broken:ipvs-client-fin-waits'];
    const of = ['--on', lead, '--on', other] as const;
    const ran = lvscheck('diff', ...of, '--claim', 'ipvs/tcp', '--runs', '20', '--seed', '1', '--out', 'd');
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(new RegExp(`${lead} (shows|sent) .*, ${other} (shows|sent) `));
    const [{ reference, scenarioText }] = report('d').findings;
    expect(reference).toBe(lead);
    writeFileSync(join(FOLDER, 'found.yaml'), scenarioText);
    expect(lvscheck('diff', 'found.yaml', ...of, '--out', 'e').status).toBe(1);
  });

  it('compares directors with the one before, or all with the first', () => {
    const few = ['--claim', 'ipvs/tcp-states', '--runs', '6', '--seed', '2', '--out', 'chain'] as const;
    const on = ['model', 'broken:ipvs-reply-ttl', 'broken:ipvs-client-fin-waits'] as const;
    const references = (...more: string[]) => {
      expect(lvscheck('diff', ...on.flatMap((name) => ['--on', name]), ...few, ...more).status).toBe(1);
      const pairs = report('chain').findings.map(
        ({ reference, director }: { reference: string; director: { name: string } }) =>
          `${reference} ${director.name}`,
      );
      return new Set(pairs);
    };
    expect(references()).toEqual(new Set([`${on[0]} ${on[1]}`, `${on[1]} ${on[2]}`]));
    expect(references('--against', 'first')).toEqual(new Set([`${on[0]} ${on[1]}`, `${on[0]} ${on[2]}`]));
    expect(lvscheck('diff', '--against', 'last').status).toBe(2);
  });

  it('stops git bisect when no commit is to blame, and has it skip what cannot be played', () => {
    const tree = ['--kernel', join(FOLDER, 'no-such-tree')] as const;
    writeFileSync(join(FOLDER, 'broken.yaml'), 'no scenario');
    expect(lvscheck('bisect', 'broken.yaml', ...tree).status).toBe(128);
    expect(lvscheck('bisect', FIN_DROPPED, ...tree)).toMatchObject({
      status: 125,
      stdout: expect.stringContaining('cannot tell'),
    });
  });

  it('lists every claim', () => {
    expect(lvscheck('list').stdout).toContain('ipvs/tcp-states');
  });

  it('agrees with itself, quietly on a pipe, and says the seed', () => {
    const { status, stdout, stderr } = lvscheck('run', '--on', 'model', '--runs', '30', '--out', 'silent');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/30 scenarios, .* seed \d+: 30 agree\n$/);
    expect(existsSync(join(FOLDER, 'silent', 'junit.xml'))).toBe(true);
  });

  it('writes a finding that replays, and the same report for the same seed', () => {
    const run = (out: string) =>
      lvscheck('run', '--on', 'broken:ipvs-reply-ttl', '--runs', '60', '--seed', '1', '--out', out);
    expect(run('one').status).toBe(1);
    run('two');
    expect(timeless('two')).toEqual(timeless('one'));
    const finding = join('one', 'findings', readdirSync(join(FOLDER, 'one', 'findings')).sort()[0]!);
    expect(readdirSync(join(FOLDER, finding)).sort()).toEqual([
      'broken-ipvs-reply-ttl.pcapng',
      'console.txt',
      'explain.txt',
      'model.pcapng',
      'replay.txt',
      'scenario.yaml',
    ]);
    const [, ...replay] = readFileSync(join(FOLDER, finding, 'replay.txt'), 'utf8')
      .trim()
      .split(' ');
    expect(lvscheck(...replay).status).toBe(1);
    expect(lvscheck('replay', join(finding, 'scenario.yaml'), '--on', 'model').status).toBe(0);
    expect(lvscheck('explain', join(finding, 'scenario.yaml')).stdout).toContain('handle_response');
  });

  it('joins shards and directors to the run that they are parts of', () => {
    const [one, other] = ['broken:ipvs-reply-ttl', 'model'];
    const run = (out: string, ...args: string[]) =>
      lvscheck('run', '--claim', 'ipvs/', '--runs', '12', '--seed', '1', '--out', out, ...args);
    run('whole', '--on', one, '--on', other);
    run('part-0', '--on', one, '--on', other, '--shard', '0/2');
    run('part-1', '--on', one, '--shard', '1/2');
    run('part-2', '--on', other, '--shard', '1/2');

    const merged = lvscheck('merge', 'part-2', 'part-0', 'part-1/report.json', '--out', 'merged');

    expect(merged).toMatchObject({ status: 1, stderr: '' });
    expect(report('whole').findings.length).toBeGreaterThan(0);
    expect(timeless('merged')).toEqual(timeless('whole'));
    const coverage = (out: string) => readFileSync(join(FOLDER, out, 'coverage.json'), 'utf8');
    expect(coverage('merged')).toBe(coverage('whole'));
    expect(lvscheck('report', '--compare', 'whole', 'merged').stdout).toBe('Nothing changed.\n');
    const half = lvscheck('merge', 'part-0', 'part-1', '--out', 'half');
    expect(half).toMatchObject({ status: 1, stderr: `lvscheck: shard 1/2 on ${other} is missing\n` });
  });

  it('points reports/out/latest to the last run', () => {
    lvscheck('run', '--on', 'model', '--runs', '1', '--seed', '9');
    expect(report(join('reports', 'out', 'latest')).summary.seed).toBe(9);
  });

  it('does not delete what is not from a run', () => {
    const { status, stderr } = lvscheck('run', '--on', 'model', '--runs', '1', '--out', '.');
    expect(status).toBe(0);
    expect(stderr).toBe('');
    rmSync(join(FOLDER, 'report.json'));
    expect(lvscheck('run', '--on', 'model', '--runs', '1', '--out', '.')).toMatchObject({ status: 2 });
    rmSync(join(FOLDER, 'findings'), { recursive: true });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('writes what it has on %s and exits with %i', async (signal, code) => {
    const args = ['run', '--on', 'broken:ipvs-reply-ttl', '--for', '60s', '--seed', '1', '--out', signal];
    const child = spawn(process.execPath, [LVSCHECK, ...args], {
      cwd: FOLDER,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const folder = join(FOLDER, signal, 'findings');
    while (!existsSync(folder) || readdirSync(folder).length < 1) await setTimeout(50);
    child.kill(signal);
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(code);
    expect(stderr).toMatch(/^interrupted after \d+ scenarios; what was found is in /);
    expect(report(signal)).toMatchObject({ complete: false });
  });

  it('has lost nothing that was found when it is killed', async () => {
    const args = ['run', '--on', 'broken:ipvs-reply-ttl', '--for', '60s', '--seed', '1', '--out', 'killed'];
    const child = spawn(process.execPath, [LVSCHECK, ...args], { cwd: FOLDER, stdio: 'ignore' });
    const folder = join(FOLDER, 'killed', 'findings');
    const firstScenario = () => join(folder, readdirSync(folder)[0]!, 'replay.txt');
    while (!existsSync(folder) || readdirSync(folder).length < 1 || !existsSync(firstScenario()))
      await setTimeout(20);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    expect(
      lvscheck('replay', join(firstScenario(), '..', 'scenario.yaml'), '--on', 'broken:ipvs-reply-ttl')
        .status,
    ).toBe(1);
    expect(report('killed').complete).toBe(false);
  });

  it('has a report of what was played when it is killed', async () => {
    const args = ['run', '--on', 'model', '--for', '60s', '--seed', '1', '--out', 'cut'];
    const child = spawn(process.execPath, [LVSCHECK, ...args], { cwd: FOLDER, stdio: 'ignore' });
    const played = () =>
      existsSync(join(FOLDER, 'cut', 'report.json')) ? report('cut').summary.scenarios : 0;
    while (played() === 0) await setTimeout(50);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    const { complete, summary } = report('cut');
    expect(complete).toBe(false);
    expect(summary.outcomes.agree).toBe(summary.scenarios);
  });
});
