/**
 * What must be on the machine, and the Debian/Ubuntu package that brings it. `file` is for what is no
 * program: any of these paths will do.
 */
export interface Tool {
  name: string;
  package: string;
  purpose: string;
  file?: readonly string[];
}

export const tools = [
  { name: 'qemu-system-x86_64', package: 'qemu-system-x86', purpose: 'runs the guest kernel' },
  { name: 'ipvsadm', package: 'ipvsadm', purpose: 'sets virtual services inside the guest' },
  { name: 'xtables-legacy-multi', package: 'iptables', purpose: 'iptables-legacy inside the guest' },
  { name: 'xtables-nft-multi', package: 'iptables', purpose: 'iptables-nft inside the guest' },
  { name: 'conntrack', package: 'conntrack', purpose: 'administers connection tracking inside the guest' },
  { name: 'ip', package: 'iproute2', purpose: 'sets links and routes inside the guest' },
  { name: 'gcc', package: 'gcc', purpose: 'compiles the agent' },
  {
    name: 'libc.a',
    package: 'libc6-dev',
    purpose: 'links the agent statically, so that it runs as the first process of any guest',
    file: ['/usr/lib/x86_64-linux-gnu/libc.a', '/usr/lib64/libc.a', '/usr/lib/libc.a'],
  },
  { name: 'dpkg-deb', package: 'dpkg', purpose: 'unpacks kernel packages' },
  { name: 'gzip', package: 'gzip', purpose: 'kernels and modules compressed with gzip' },
  { name: 'xz', package: 'xz-utils', purpose: 'kernels and modules compressed with xz' },
  { name: 'zstd', package: 'zstd', purpose: 'kernels and modules compressed with zstd' },
  { name: 'lz4', package: 'lz4', purpose: 'kernels compressed with lz4, as Debian cloud kernels are' },
] as const satisfies readonly Tool[];

/** What reads captures, and checks `spec/wire`; nothing that plays scenarios needs it. */
export const scapyTools = [
  {
    name: 'scapy',
    package: 'python3-scapy',
    purpose: 'reads captures, for import',
    file: ['/usr/lib/python3/dist-packages/scapy/__init__.py'],
  },
] as const satisfies readonly Tool[];
