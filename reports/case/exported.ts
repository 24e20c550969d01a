import type { LinkName } from '../../spec/config/topology.ts';
import type { Emitted } from '../../spec/observation.ts';

/** A scenario with what the model does with it: all that an export is made of. */
export interface ExportedCase {
  readonly title: string;
  readonly source: string | undefined;
  /** As `printScenarioFile` writes it. */
  readonly scenarioText: string;
  /** The model's kernel. */
  readonly kernel: string;
  /** For `ipvsadm -R`, for `iptables-restore`, in numbers. */
  readonly services: string;
  readonly rules: string;
  /** Those of every director, then the scenario's own; in order. */
  readonly sysctls: readonly (readonly [name: string, value: number])[];
  readonly links: readonly ExportedLink[];
  /** Virtual addresses, which the director holds. */
  readonly vips: readonly string[];
  readonly steps: readonly ExportedStep[];
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
  readonly sent: { readonly link: LinkName; readonly frame: Uint8Array } | undefined;
  /** An administrator's command, its program first. */
  readonly command: readonly string[] | undefined;
  /** What the model sends then. */
  readonly emitted: readonly Emitted[];
  /** What the author expects, in words. */
  readonly expected: readonly string[];
}

/** 02:00:d1:00:00:01 */
export function colons(mac: string): string {
  return mac.replace(/(..)(?!$)/g, '$1:');
}
