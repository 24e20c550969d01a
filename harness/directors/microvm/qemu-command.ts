/** File descriptors that QEMU inherits: one end of a socket pair each, and a snapshot's file. */
export const QEMU_FD = { agent: 3, monitor: 4, console: 5, state: 6 } as const;

/** What has to be the same for a guest to go on from a snapshot. */
export interface QemuMachine {
  readonly memoryMiB: number;
  /** QEMU's CPU model; part of what a result names, since some kernels fault on some models. */
  readonly cpu: string;
  /** A guest instruction takes 2^shift ns of virtual time. */
  readonly icountShift: number;
}

/** What a guest boots. */
export interface BootFiles {
  /** An uncompressed kernel: unpacking it inside the emulation would take seconds. */
  readonly vmlinuxPath: string;
  readonly initramfsPath: string;
  /** More for the kernel's command line, when experimenting. */
  readonly kernelArguments: readonly string[];
}

/** The guest kernel's command line. */
const KERNEL_ARGUMENTS = [
  'console=ttyS0',
  // The serial port is slow in virtual time (87 us a character), so that IPVS's complaints would make a step late.
  // A warning or an oops ends the guest, and then all that was ever logged is printed.
  'loglevel=3',
  'panic_on_warn=1',
  'panic_print=32',
  // An oops ends the guest at once: QEMU exits (-no-reboot), and the console tells.
  'oops=panic',
  'panic=-1',
  // So that QEMU's "nmi" makes a kernel that hangs say where.
  'unknown_nmi_panic=1',
  // A clock that is not distrusted.
  'tsc=reliable',
  // Its calibration is a busy loop of 2 s of our time; the HPET does as well with one CPU.
  'nolapic',
  'pci=nomsi', // which would need one
  // What would wake an idle guest, often for nothing: 15 minutes of idling cost a third without it.
  'nowatchdog',
  'psi=0',
  'sysctl.kernel.sched_rt_runtime_us=-1',
  'cgroup_disable=memory',
  'sysctl.vm.compaction_proactiveness=0',
  'sysctl.vm.stat_interval=3600',
  // What would slow down every system call or page fault, and changes nothing for a director.
  'lsm=',
  'audit=0',
  'transparent_hugepage=never',
  // New namespaces without tunl0, gre0 and the like, which nobody asked for: half of a namespace's cost.
  'sysctl.net.core.fb_tunnels_only_for_init_net=2',
  // The same addresses in every run: emulated code is translated once, and runs are identical.
  'norandmaps',
  'nokaslr',
  'mitigations=off',
  'random.trust_cpu=on',
  'ipv6.disable=1',
] as const;

/** The command line of every kernel, and more. */
export const kernelCommandLine = (more: readonly string[]): string =>
  [...KERNEL_ARGUMENTS, ...more].join(' ');

export const bootArguments = (files: BootFiles): string[] => [
  ...['-kernel', files.vmlinuxPath, '-initrd', files.initramfsPath],
  ...['-append', kernelCommandLine(files.kernelArguments)],
];

/** A snapshot has the kernel in its memory. QEMU reads it from the file that it inherits. */
export const restoreArguments = ['-incoming', `fd:${QEMU_FD.state}`] as const;

/** Everything is named, nothing is default: no network, no display, no disk, no monitor on stdio. */
export function machineArguments(machine: QemuMachine): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-nographic', '-no-reboot'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    // Random numbers, and with them the kernel's hash tables, are the same in every run.
    ...['-seed', '1'],
    ...['-machine', 'q35', '-cpu', machine.cpu, '-smp', '1', '-m', String(machine.memoryMiB)],
    // Virtual time: the clock counts instructions, and jumps when the guest sleeps.
    ...[
      '-accel',
      'tcg',
      '-icount',
      `shift=${machine.icountShift},sleep=off`,
      '-rtc',
      'clock=vm,base=2024-01-01',
    ],
    ...['-chardev', `socket,id=console,fd=${QEMU_FD.console}`, '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=monitor,fd=${QEMU_FD.monitor}`, '-mon', 'chardev=monitor,mode=readline'],
    // Without ioeventfd a write is handled while the guest waits, not later by another thread.
    ...['-device', 'virtio-serial-pci,ioeventfd=off'],
    ...['-chardev', `socket,id=agent,fd=${QEMU_FD.agent}`],
    ...['-device', 'virtserialport,chardev=agent,name=org.lvs-conformance.agent'],
  ];
}
