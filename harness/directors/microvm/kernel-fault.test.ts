import { describe, expect, it } from 'vitest';
import { findKernelFault } from './kernel-fault.ts';

const OOPS = `[   12.345678] BUG: kernel NULL pointer dereference, address: 0000000000000018
[   12.345700] #PF: supervisor read access in kernel mode
[   12.345900] Oops: 0000 [#1] PREEMPT SMP NOPTI
[   12.346000] CPU: 0 PID: 1 Comm: init Not tainted 6.1.0-56-cloud-amd64 #1
[   12.346100] RIP: 0010:ip_vs_in_hook+0x1c2/0x9a0 [ip_vs]
[   12.400000] Kernel panic - not syncing: Fatal exception
`;

describe('findKernelFault', () => {
  it('names an oops by its first line and by where it happened, without numbers', () => {
    expect(findKernelFault(OOPS)).toEqual({
      what: 'BUG: kernel NULL pointer dereference, address: 0000000000000018',
      fingerprint: 'BUG: kernel NULL pointer dereference, address: # ip_vs_in_hook',
      fatal: true,
    });
  });

  it('gives the same fault the same fingerprint in another run', () => {
    const elsewhere = OOPS.replaceAll('12.34', '99.11')
      .replace('00000018', '0000f018')
      .replace('0x1c2', '0x1c9');

    expect(findKernelFault(elsewhere)!.fingerprint).toBe(findKernelFault(OOPS)!.fingerprint);
  });

  it('sees a warning, which the guest survives', () => {
    const fault = findKernelFault('[ 1.0] WARNING: CPU: 0 PID: 7 at net/core/dev.c:100 foo+0x1/0x2\n');

    expect(fault).toMatchObject({ fatal: false, fingerprint: expect.stringContaining('net/core/dev.c') });
  });

  it.each([
    'WARNING: net/core/dev.c:100 at foo+0x1/0x2, CPU#0: init/1',
    'WARNING: possible circular locking dependency detected',
    'WARNING: suspicious RCU usage',
    'BUG: KASAN: slab-use-after-free in ip_vs_conn_put+0x1/0x2',
    'Out of memory: Killed process 1 (init) total-vm:1kB',
  ])('sees %s', (line) => {
    expect(findKernelFault(`[ 1.0] ${line}\n`)?.what).toBe(line);
  });

  it('tells a warning by its place, also where the panic that it led to is printed first', () => {
    const console = `[    5.174734] Kernel panic - not syncing: kernel: panic_on_warn set ...
[    5.175035] RIP: 0010:ip_vs_rr_del_dest+0x62/0x66 [ip_vs_rr]
[    0.000000] Linux version 6.1.0-56-cloud-amd64
[    5.173934] WARNING: CPU: 0 PID: 73 at net/ipvs/ip_vs_rr.c:37 ip_vs_rr_del_dest+0x62/0x66 [ip_vs_rr]
[    5.174235] RIP: 0010:ip_vs_rr_del_dest+0x62/0x66 [ip_vs_rr]
[    5.174734] Kernel panic - not syncing: kernel: panic_on_warn set ...
`;
    expect(findKernelFault(console)).toMatchObject({
      what: 'WARNING: CPU: 0 PID: 73 at net/ipvs/ip_vs_rr.c:37 ip_vs_rr_del_dest+0x62/0x66 [ip_vs_rr]',
      fingerprint: expect.stringMatching(/^WARNING: .* at net\/ipvs\/ip_vs_rr\.c:# .* ip_vs_rr_del_dest$/),
      fatal: false,
    });
  });

  it('finds nothing in a healthy boot', () => {
    expect(findKernelFault('[    0.0] Linux version 6.1\n[    1.9] IPVS: ipvs loaded.\n')).toBeUndefined();
  });
});
