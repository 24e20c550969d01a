import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MachineError } from '../errors.ts';
import { runProgram } from '../system/run-program.ts';
import { sha256 } from './checksums.ts';
import type { Download } from './kernel-download.ts';
import type { OfferedPackage } from './offered-package.ts';
import type { Offer, PackageSource } from './package-source.ts';

/**
 * Kernel packages made of nothing, for tests: the right shapes (bzImage header, ELF modules, Debian
 * package, a mirror that offers it), nothing that could boot.
 */
export interface MadeUpKernel {
  release: string;
  version: string;
  /** Module name -> what it depends on. */
  modules: Record<string, string[]>;
  builtin?: string[];
}

/** Compiles a C text; the assembler seeks in what it writes, so it cannot write to a pipe. */
async function compiled(source: string, flags: readonly string[]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'lvs-compiled-'));
  const path = join(folder, 'output');
  try {
    await runProgram('gcc', [...flags, '-x', 'c', '-o', path, '-'], { input: Buffer.from(source) });
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What a module says of itself; all may be left out. */
export interface MadeUpInfo {
  depends?: readonly string[];
  softdep?: string;
  vermagic?: string;
}

/** An object file with a .modinfo section, which is all we read of a module. */
export function madeUpModule(
  name: string,
  { depends = [], softdep, vermagic }: MadeUpInfo = {},
): Promise<Buffer> {
  const fields = [
    `name=${name}`,
    `depends=${depends.join(',')}`,
    ...(softdep === undefined ? [] : [`softdep=${softdep}`]),
    ...(vermagic === undefined ? [] : [`vermagic=${vermagic}`]),
  ];
  const info = fields.join('\\0');
  return compiled(`static const char info[] __attribute__((section(".modinfo"), used)) = "${info}";`, ['-c']);
}

/** An ELF program that introduces itself as a kernel; with `pvh`, one that tells where it can be entered. */
export function madeUpVmlinux(release: string, { pvh = true }: { pvh?: boolean } = {}): Promise<Buffer> {
  const banner = `Linux version ${release} (made up) (gcc) #1 SMP Debian 6.1.192-2 (2024-01-01)\\n`;
  const note = 'struct { int name, size, type; char text[4]; long entry; }';
  const attributes = '__attribute__((section(".note.Xen"), used, aligned(4)))';
  const source = `const char banner[] __attribute__((used)) = "${banner}";
    ${pvh ? `static const ${note} pvh ${attributes} = { 4, 8, 18, "Xen", 0x1000000 };` : ''}
    void _start(void) {}`;
  return compiled(source, ['-nostdlib', '-static']);
}

/** A file with the setup header of boot protocol 2.15, two setup sectors and this payload. */
export function madeUpImage(payload: Uint8Array, release = ''): Buffer {
  const gap = 16;
  const versionText = 0x300;
  const image = Buffer.alloc(3 * 512 + gap + payload.length);
  image.writeUInt8(2, 0x1f1);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x020f, 0x206);
  image.writeUInt16LE(versionText - 512, 0x20e);
  image.write(`${release} (made up)\0`, versionText, 'latin1');
  image.writeUInt32LE(gap, 0x248);
  image.writeUInt32LE(payload.length, 0x24c);
  image.set(payload, 3 * 512 + gap);
  return image;
}

/** A bzImage around a made-up vmlinux. */
export async function madeUpBzImage(release: string, options: { pvh?: boolean } = {}): Promise<Buffer> {
  const vmlinux = await madeUpVmlinux(release, options);
  return madeUpImage(await runProgram('gzip', ['-nc'], { input: vmlinux }), release);
}

/** Writes a file below `root`, with its folders. */
export async function put(root: string, path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** Makes the package below `folder` and gives its path. */
async function debianPackage(kernel: MadeUpKernel, folder: string): Promise<string> {
  const { release, version } = kernel;
  const tree = join(folder, `tree-${release}`);
  const modules = `lib/modules/${release}`;
  const control = `Package: linux-image-${release}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: none <none@example.org>\nDescription: made up\n`;
  await put(tree, 'DEBIAN/control', control);
  await put(tree, `boot/vmlinuz-${release}`, await madeUpBzImage(release));
  await put(tree, `boot/config-${release}`, 'CONFIG_HZ_250=y\nCONFIG_HZ=250\nCONFIG_NF_CONNTRACK_PROCFS=y\n');
  await put(
    tree,
    `${modules}/modules.builtin`,
    (kernel.builtin ?? []).map((name) => `kernel/lib/${name}.ko\n`).join(''),
  );
  for (const [name, depends] of Object.entries(kernel.modules)) {
    await put(
      tree,
      `${modules}/kernel/net/${name}.ko`,
      await madeUpModule(name, { depends, vermagic: `${release} SMP` }),
    );
  }
  const path = join(folder, `linux-image-${release}_${version}_amd64.deb`);
  await runProgram('dpkg-deb', ['--root-owner-group', '-Znone', '-b', tree, path]);
  return path;
}

/** A mirror that offers these kernels, the first by default; `online` may be switched off. */
export class MadeUpMirror implements PackageSource {
  online = true;
  downloads: string[] = [];
  readonly #files: Map<string, string>;
  readonly #offered: OfferedPackage[];

  private constructor(files: Map<string, string>, offered: OfferedPackage[]) {
    this.#files = files;
    this.#offered = offered;
  }

  static async offering(kernels: readonly MadeUpKernel[], folder: string): Promise<MadeUpMirror> {
    const mirror = new MadeUpMirror(new Map(), []);
    for (const kernel of kernels) await mirror.#add(kernel, folder);
    const first = mirror.#offered.slice(0, 1).map(({ name }) => name);
    mirror.#offered.push(madeUpPackage('linux-image-cloud-amd64', '1', first));
    return mirror;
  }

  /** The same offer, of which nothing was downloaded yet. */
  again(): MadeUpMirror {
    return new MadeUpMirror(this.#files, this.#offered);
  }

  async #add(kernel: MadeUpKernel, folder: string): Promise<void> {
    const path = await debianPackage(kernel, folder);
    const bytes = await readFile(path);
    const name = `linux-image-${kernel.release}`;
    this.#files.set(name, path);
    const offered = madeUpPackage(name, kernel.version, ['kmod']);
    this.#offered.push({ ...offered, sizeBytes: bytes.length, sha256: sha256(bytes) });
  }

  async own(): Promise<OfferedPackage[]> {
    if (!this.online) throw new Error('the lists must not be read');
    return this.#offered;
  }

  async all(): Promise<Offer> {
    return { packages: await this.own(), madeAt: new Date(), absent: [], trouble: '' };
  }

  async download(wanted: Download, path: string): Promise<void> {
    if (!this.online) throw new MachineError('cannot download');
    this.downloads.push(wanted.name);
    await copyFile(this.#files.get(wanted.name)!, path);
  }
}

/** A package of these names that has no file. */
export const madeUpPackage = (name: string, version: string, depends: string[] = []): OfferedPackage => ({
  name,
  version,
  source: 'linux-signed-amd64',
  depends,
  uri: `http://mirror.example/debian/pool/main/l/linux-signed-amd64/${name}_${version}_amd64.deb`,
  sizeBytes: 1,
  sha256: '0'.repeat(64),
  suite: 'bookworm',
});

/** The least that a director needs, with a dependency that no table names. */
export const smallKernel: MadeUpKernel = {
  release: '6.1.0-56-cloud-amd64',
  version: '6.1.192-2',
  modules: {
    virtio_ring: [],
    virtio_console: ['virtio_ring'],
    tun: [],
    nf_conntrack: ['made_up_lib'],
    made_up_lib: [],
    ip_vs: ['nf_conntrack'],
  },
  builtin: ['virtio_pci', 'ip_vs_rr'],
};
