/** Something on the console that a healthy kernel never prints. */
export interface KernelFault {
  /** The line that says it, without its time stamp. */
  readonly what: string;
  /** The same for the same fault in another run: addresses and numbers are left out, the place is kept. */
  readonly fingerprint: string;
  /** The kernel does not go on after it. */
  readonly fatal: boolean;
}

/** How kernels begin their reports (lib/bug.c, kernel/panic.c, arch/x86/mm/fault.c, kernel/watchdog.c …). */
const FAULTS: readonly { pattern: RegExp; fatal: boolean }[] = [
  { pattern: /BUG: .*/, fatal: true },
  { pattern: /Oops: .*/, fatal: true },
  { pattern: /general protection fault.*/, fatal: true },
  { pattern: /kernel BUG at .*/, fatal: true },
  { pattern: /divide error: .*/, fatal: true },
  { pattern: /invalid opcode: .*/, fatal: true },
  { pattern: /Kernel panic - not syncing: .*/, fatal: true },
  // Up to 6.17 and since, and lockdep's.
  { pattern: /WARNING: CPU: .*/, fatal: false },
  { pattern: /WARNING: \S+:\d+ at .*/, fatal: false },
  { pattern: /WARNING: (?:possible|inconsistent|suspicious|bad|held|nested) .*/i, fatal: false },
  { pattern: /Out of memory: .*/, fatal: false },
  { pattern: /INFO: task .* blocked for more than .*/, fatal: false },
  { pattern: /rcu: INFO: .* stall.*/, fatal: false },
  { pattern: /unregister_netdevice: waiting for .*/, fatal: false },
];

function withoutNumbers(text: string): string {
  return text
    .replace(/0x[0-9a-f]+|\b[0-9a-f]{8,16}\b/gi, '#')
    .replace(/\b\d+\b/g, '#')
    .trim();
}

/** A warning ends the guest (panic_on_warn): the panic is printed first, and then the log with the warning in it. */
const PANIC = /^Kernel panic/;

/** The first fault on a console, or undefined; the panic that it led to only where nothing else is said. */
export function findKernelFault(console: string): KernelFault | undefined {
  const lines = console.split('\n').map((line) => line.replace(/^\[\s*\d+\.\d+\]\s*/, ''));
  const faults = lines.flatMap((line, index) => faultAt(line, lines, index));
  return faults.find(({ what }) => !PANIC.test(what)) ?? faults[0];
}

function faultAt(line: string, lines: readonly string[], index: number): KernelFault[] {
  const fault = FAULTS.find(({ pattern }) => pattern.test(line));
  if (!fault) return [];
  const symbol = interruptedAt(lines.slice(index).join('\n')) ?? '';
  const what = line.match(fault.pattern)![0];
  return [{ what, fingerprint: `${withoutNumbers(what)} ${symbol}`.trim(), fatal: fault.fatal }];
}

/** The function that the processor was in when the kernel wrote its first report there. */
export function interruptedAt(console: string): string | undefined {
  return /\bRIP: [0-9a-f]+:([^\s+]+)\+/.exec(console)?.[1];
}
