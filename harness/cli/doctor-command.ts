import { readdirSync, statSync } from 'node:fs';
import { cpus, freemem } from 'node:os';
import { join } from 'node:path';
import { reachableEngine } from '../directors/container/engine.ts';
import { MachineError } from '../errors.ts';
import { Cache } from '../kernels/cache.ts';
import { scapyTools } from '../system/tool-table.ts';
import { checkTools, type ToolCheck } from '../system/tools.ts';
import { EXIT } from './exit-code.ts';

/** `lvscheck doctor`: what this machine can play, and why not the rest. Looks only; fetches and installs nothing. */
export async function doctorCommand(): Promise<number> {
  const tools = checkTools();
  const why = whyNoMicrovm(tools);
  const scapy = checkTools(scapyTools);
  console.log(
    [
      ...rows([
        ['Node.js', process.versions.node],
        [
          'machine',
          `${process.arch}, ${cpus().length} CPUs, ${Math.round(freemem() / 2 ** 20)} MiB of memory free`,
        ],
        ['cache', new Cache().root],
        ['kept in it', sizesIn(new Cache().root)],
        ['kernels in it', cachedKernels(new Cache().root).join(', ') || 'none; the first run fetches one'],
      ]),
      '',
      'Tools',
      ...rows(
        [...tools, ...scapy].map(({ name, path, package: from, purpose }) => [
          name,
          path ?? `missing (package ${from}): ${purpose}`,
        ]),
      ),
      '',
      'Can be played here',
      ...rows([
        ['model, broken:ID', 'yes'],
        ['microvm', why === undefined ? 'yes' : `no: ${why}`],
        ['container, container-vm', why === undefined ? await aboutEngine() : `no: ${why}`],
      ]),
      '',
      'Captures can be imported here',
      `  ${scapy.every(({ path }) => path) ? 'yes' : 'no: missing scapy; run as root: apt-get install python3-scapy'}`,
    ].join('\n'),
  );
  return why === undefined ? EXIT.agree : EXIT.machine;
}

/** The kernel itself is asked when it is played. */
async function aboutEngine(): Promise<string> {
  try {
    const { docker } = await reachableEngine();
    const { Version, KernelVersion } = await docker.version();
    return `yes, on kernel ${KernelVersion} (Docker ${Version})`;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return `no: ${error.message}`;
  }
}

function whyNoMicrovm(tools: readonly ToolCheck[]): string | undefined {
  if (process.arch !== 'x64') return `guests are x86-64, this machine is ${process.arch}`;
  const missing = tools.filter(({ path }) => path === undefined);
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((tool) => tool.package))].join(' ');
  return `missing ${missing.map(({ name }) => name).join(', ')}; run as root: apt-get install ${packages}`;
}

const KINDS = {
  kernels: 'kernels',
  guests: 'guest images',
  snapshots: 'snapshots',
  downloads: 'begun downloads',
};

/** Guest images and snapshots are removed when nobody used them for a week, or when there are many. */
function sizesIn(root: string): string {
  const parts = Object.entries(KINDS).flatMap(([folder, name]) => {
    const megabytes = Math.round(bytesBelow(join(root, folder)) / 1e6);
    return megabytes === 0 ? [] : [`${name} ${megabytes} MB`];
  });
  return parts.join(', ') || 'nothing yet';
}

function bytesBelow(path: string): number {
  try {
    const entries = readdirSync(path, { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  } catch {
    return 0; // there is none, or another run is just removing from it
  }
}

/** Folders there are named by package and version. */
function cachedKernels(root: string): string[] {
  try {
    return readdirSync(join(root, 'kernels'));
  } catch {
    return [];
  }
}

function rows(pairs: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}
