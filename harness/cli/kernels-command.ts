import type { Command } from 'commander';
import { InputError, MachineError } from '../errors.ts';
import type { ListedKernel, ListedSeries } from '../kernels/catalogue.ts';
import type { Offer } from '../kernels/package-source.ts';
import { EXIT } from './exit-code.ts';
import { Terminal } from './terminal.ts';

/** `lvscheck kernels …`. As everywhere, what a command needs is loaded when it is called. */
export function addKernels(all: Command): void {
  const kernels = all.command('kernels').description('what kernels can be had, and getting them');
  const refresh = ['--refresh', 'fetch the package lists now (else once a day)'] as const;
  kernels
    .command('list')
    .description('all kernels that can be had, by series')
    .option(...refresh)
    .action(async (options: Refresh) => {
      process.exitCode = await listKernels(options);
    });
  kernels
    .command('fetch')
    .description('get kernels for later, also offline')
    .argument('<kernel...>', '6.12, 6.12.107, deb:PACKAGE, or all-series for the newest of each')
    .option(...refresh)
    .action(async (names: string[], options: Refresh) => {
      process.exitCode = await fetchKernels(names, options);
    });
  kernels
    .command('add')
    .description('keep a kernel of your own under its release, for --kernel RELEASE')
    .argument('<kernel>', 'IMAGE, IMAGE:MODULES-FOLDER or BUILD-TREE')
    .action(async (path: string) => {
      process.exitCode = await addKernel(path);
    });
  kernels
    .command('changes')
    .description('what behaves differently from one kernel to another, and since when')
    .action(async () => {
      const { changesText } = await import('./changes-text.ts');
      console.log(changesText().join('\n'));
    });
}

interface Refresh {
  readonly refresh?: true;
}

const when = ({ refresh }: Refresh): 'now' | 'daily' => (refresh ? 'now' : 'daily');

async function listKernels(options: Refresh): Promise<number> {
  const [{ systemSource }, { catalogue }, { addedKernels, cachedKernels }] = await Promise.all([
    import('../kernels/kernel.ts'),
    import('../kernels/catalogue.ts'),
    import('../kernels/cached-kernels.ts'),
  ]);
  const { packages, cache } = systemSource();
  const terminal = new Terminal();
  const [cached, added] = [await cachedKernels(cache), await addedKernels(cache)];
  const offer = await packages.all(terminal.preparing, when(options)).catch((cause: unknown) => {
    // What is cached can be played without any list, so it is worth saying.
    if (cached.length === 0 || !(cause instanceof MachineError)) throw cause;
    return { packages: [], madeAt: undefined, absent: [], trouble: cause.message };
  });
  terminal.clear();
  const own = added.map(({ release }) => release);
  console.log(listing(catalogue(offer.packages, cached), own, offer).join('\n'));
  return EXIT.agree;
}

const LINE_WIDTH = 100;
const INDENT = ' '.repeat(8);

/** The text of `kernels list`, line by line. */
export function listing(
  series: readonly ListedSeries[],
  added: readonly string[],
  { madeAt, absent, trouble }: Omit<Offer, 'packages' | 'madeAt'> & { madeAt: Date | undefined },
): string[] {
  const widest = Math.max(0, ...series.map(({ kernels }) => kernels[0]!.release.length));
  return [
    ...series.flatMap(({ series: name, kernels: [newest, ...others] }) => [
      `${name.padEnd(7)} ${newest!.release.padEnd(widest)}  ${stateOf(newest!)}`,
      ...wrapped(others.map(shortly)),
    ]),
    ...(added.length === 0 ? [] : ['', `added   ${added.join(', ')}`]),
    '',
    '* is in the cache; --kernel takes a series, any release above, or deb:PACKAGE',
    ...(absent.length === 0 ? [] : [`not on this mirror: ${absent.join(', ')}`]),
    ...(madeAt === undefined
      ? []
      : [`package lists of ${madeAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`]),
    ...(trouble === '' ? [] : [`note: ${trouble}`]),
  ];
}

function stateOf({ version, cached, bytes, remark }: ListedKernel): string {
  const size = bytes === undefined ? '' : `, ${Math.round(bytes / 1e6)} MB`;
  const state = cached ? '* ' : '';
  return `${state}${version}${size}${remark === '' ? '' : ` (${remark})`}`;
}

/** Flavours are all alike, and what is cached is marked. */
const shortly = ({ release, cached }: ListedKernel): string =>
  `${cached ? '*' : ''}${release.replace(/-(?:cloud-)?amd64$/, '')}`;

function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 2 > LINE_WIDTH) lines.push(`${INDENT}${word}`);
    else lines[lines.length - 1] = `${last}, ${word}`;
  }
  return lines;
}

async function fetchKernels(names: readonly string[], options: Refresh): Promise<number> {
  const { fetchNewest, seriesOnOffer, systemSource } = await import('../kernels/kernel.ts');
  const source = systemSource();
  const terminal = new Terminal();
  const wanted: string[] = [];
  for (const name of names)
    if (name === 'all-series')
      wanted.push(...(await seriesOnOffer(source, terminal.preparing, when(options))));
    else wanted.push(name);
  const failures: string[] = [];
  for (const name of new Set(wanted)) {
    try {
      const kernel = await fetchNewest(name, source, terminal.preparing, when(options));
      terminal.clear();
      console.log(`${name}: ${kernel.release} (${kernel.version}) is in the cache`);
    } catch (cause) {
      // One kernel that cannot be had is no reason to go without the others.
      if (wanted.length === 1 || !(cause instanceof MachineError)) throw cause;
      terminal.clear();
      failures.push(name);
      console.error(`lvscheck: ${name}: ${cause.message}`);
    }
  }
  if (failures.length > 0) throw new MachineError(`not fetched: ${failures.join(', ')}`);
  return EXIT.agree;
}

async function addKernel(text: string): Promise<number> {
  const [{ addLocal, systemSource }, { parseKernelSpec }] = await Promise.all([
    import('../kernels/kernel.ts'),
    import('../kernels/kernel-spec.ts'),
  ]);
  const spec = parseKernelSpec(text);
  if (spec.kind !== 'path')
    throw new InputError(`kernels add ${text}: not a file or folder; kernels fetch gets others`);
  const terminal = new Terminal();
  const kernel = await addLocal(spec, systemSource(), terminal.preparing);
  terminal.clear();
  console.log(`added ${kernel.release}: --kernel ${kernel.release}`);
  return EXIT.agree;
}
