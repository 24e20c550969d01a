import type { LinkName, Origin } from '../../spec/config/topology.ts';
import type { Emitted } from '../../spec/observation.ts';

/** A scenario with what the model does with it: all that an export is made of. */
export interface ExportedCase {
  readonly title: string;
  readonly source: string | undefined;
  /** What somebody met, and why it is so. */
  readonly story: string | undefined;
  /** As `printScenarioFile` writes it. */
  readonly scenarioText: string;
  /** The model's kernel. */
  readonly kernel: string;
  /** By which other kernels send other frames. */
  readonly changes: readonly KernelChange[];
  /** The tool that the scenario's rules are set with: `iptables`, or `iptables-nft` where it says so. */
  readonly iptables: string;
  /** For `ipvsadm -R`, for `iptables-restore`, in numbers. */
  readonly services: string;
  readonly rules: string;
  /** Lines of `ip rule add` and `ip route add`, in numbers. */
  readonly routing: string;
  /** Those of every director, in order; devices inherit some, so they are set before there are any. */
  readonly baseSysctls: readonly Sysctl[];
  /** The scenario's own; some are a device's. */
  readonly sysctls: readonly Sysctl[];
  readonly links: readonly ExportedLink[];
  /** Virtual addresses, which the director holds. */
  readonly vips: readonly string[];
  readonly steps: readonly ExportedStep[];
}

/** A change between kernels, with its first releases; `present`: in the model's kernel. */
export interface KernelChange {
  readonly id: string;
  readonly says: string;
  readonly since: string;
  readonly present: boolean;
}

export interface Sysctl {
  readonly name: string;
  readonly value: number;
  /** Whoever does not have it does not need it either. */
  readonly mayBeMissing: boolean;
}

export interface ExportedLink {
  readonly name: LinkName;
  readonly device: string;
  readonly mac: string;
  readonly mtu: number;
  readonly address: string;
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly mac: string }[];
}

export interface ExportedStep {
  readonly says: string;
  readonly waitMs: number;
  readonly sent: { readonly link: Origin; readonly frame: Uint8Array } | undefined;
  /** An administrator's command, its program first. */
  readonly command: readonly string[] | undefined;
  /** What the model sends then. */
  readonly emitted: readonly Emitted[];
  /** What is sent hangs on something that a kernel picked by chance, or on the moment at which the step is played. */
  readonly undetermined: boolean;
  /** What the author expects. */
  readonly expected: readonly ExportedFact[];
}

export interface ExportedFact {
  readonly says: string;
  /** What some frame that leaves has, by the names of the players' `dissected`; nothing: no frame leaves. Undefined: no wire shows it. */
  readonly fields: Readonly<Record<string, string | number>> | undefined;
}

/** 02:00:d1:00:00:01 */
export function colons(mac: string): string {
  return mac.replace(/(..)(?!$)/g, '$1:');
}
