import type { ContainerCreateOptions, HostConfig } from 'dockerode';

const MEBIBYTE = 2 ** 20;

/** Nobody, by the number that Debian and others give it. */
const NOBODY = '65534:65534';

/** What the agent must be allowed, and why. Everything else that root may do, it may not. */
const CAPABILITIES = [
  'NET_ADMIN', // TAP devices, addresses, rules
  'NET_RAW', // iptables asks for rules and counters over a raw socket
  'SYS_ADMIN', // a network namespace for each scenario
  'SYS_NICE', // waking up on time
] as const;

/** The wires. */
const TUN = '/dev/net/tun';

/**
 * What Docker hides or protects by default, but for the sysctls of the network, of which each namespace has its own
 * (moby, oci/defaults.go). Paths that a kernel does not have are passed over.
 */
const READ_ONLY = [
  ...['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sysrq-trigger'],
  ...['abi', 'crypto', 'debug', 'dev', 'fs', 'kernel', 'sunrpc', 'user', 'vm'].map(
    (each) => `/proc/sys/${each}`,
  ),
];

/** Places where programs write; gone with the container. */
const SCRATCH = 'rw,noexec,nosuid,nodev,size=1m';

/** What a container of ours may do at all. */
const HARDENED: HostConfig = {
  AutoRemove: true,
  Privileged: false,
  ReadonlyRootfs: true,
  NetworkMode: 'none',
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  Tmpfs: { '/run': SCRATCH, '/tmp': SCRATCH },
  LogConfig: { Type: 'none', Config: {} },
};

/** It ends when the one who attached to it hangs up, and is gone then. */
const ATTACHED: ContainerCreateOptions = {
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
  OpenStdin: true,
  StdinOnce: true,
  Tty: false,
  // As process 1 it hears no other, and an engine that stops would wait for it.
  StopSignal: 'SIGKILL',
  User: '0:0',
  WorkingDir: '/',
};

/** A container in which the agent plays on the host's kernel. */
export function agentContainer(image: string, agentPath: string): ContainerCreateOptions {
  return {
    ...ATTACHED,
    Image: image,
    Entrypoint: [agentPath],
    Cmd: ['--stdio'],
    HostConfig: {
      ...HARDENED,
      CapAdd: [...CAPABILITIES],
      Devices: [{ PathOnHost: TUN, PathInContainer: TUN, CgroupPermissions: 'rw' }],
      ReadonlyPaths: READ_ONLY,
      // AppArmor's profile for containers forbids to write any sysctl; it is left out where there is none.
      SecurityOpt: [...HARDENED.SecurityOpt!, 'apparmor=unconfined'],
      Memory: 256 * MEBIBYTE,
      MemorySwap: 256 * MEBIBYTE,
      PidsLimit: 32,
      // It sleeps nearly always, and is late if it has to wait for its turn.
      CpuShares: 262_144,
    },
  };
}

/**
 * A container in which QEMU emulates a guest: it needs nothing of the host at all. That goes for /dev/kvm as well, since
 * time is virtual under software emulation only.
 */
export function emulatorContainer(image: string, argv: readonly string[]): ContainerCreateOptions {
  return {
    ...ATTACHED,
    User: NOBODY,
    Image: image,
    Entrypoint: [argv[0]!],
    Cmd: argv.slice(1),
    HostConfig: { ...HARDENED, Memory: 1536 * MEBIBYTE, MemorySwap: 1536 * MEBIBYTE, PidsLimit: 64 },
  };
}
