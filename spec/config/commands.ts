import type { ConntrackCommand } from './conntrack-command.ts';
import type { Rule, TableName } from './rules.ts';
import type { Dest, ServiceKey, ServiceSettings } from './services.ts';

/** What an administrator does to a running director, as the tool would parse it. */
export type AdminCommand = IpvsadmCommand | IptablesCommand | ConntrackCommand | SysctlCommand;

export type IpvsadmCommand =
  | ({
      readonly tool: 'ipvsadm';
      readonly op: 'add-service' | 'edit-service';
      readonly service: ServiceKey;
    } & ServiceSettings)
  | { readonly tool: 'ipvsadm'; readonly op: 'delete-service'; readonly service: ServiceKey }
  | {
      readonly tool: 'ipvsadm';
      readonly op: 'add-dest' | 'edit-dest';
      readonly service: ServiceKey;
      readonly dest: Dest;
    }
  | {
      readonly tool: 'ipvsadm';
      readonly op: 'delete-dest';
      readonly service: ServiceKey;
      readonly dest: Pick<Dest, 'address' | 'port'>;
    }
  /** `-Z`, for one service or for all: only statistics that nobody compares become zero. */
  | { readonly tool: 'ipvsadm'; readonly op: 'zero'; readonly service?: ServiceKey }
  /** `--set tcp tcpfin udp`, seconds; 0 keeps the value. */
  | {
      readonly tool: 'ipvsadm';
      readonly op: 'set-timeouts';
      readonly tcp: number;
      readonly tcpFin: number;
      readonly udp: number;
    };

/** Positions count from 1, as iptables does. */
export type IptablesCommand =
  | {
      readonly tool: 'iptables';
      readonly op: 'append';
      readonly table: TableName;
      readonly chain: string;
      readonly rule: Rule;
    }
  | {
      readonly tool: 'iptables';
      readonly op: 'insert' | 'replace';
      readonly table: TableName;
      readonly chain: string;
      readonly position: number;
      readonly rule: Rule;
    }
  | {
      readonly tool: 'iptables';
      readonly op: 'delete';
      readonly table: TableName;
      readonly chain: string;
      readonly position: number;
    }
  | { readonly tool: 'iptables'; readonly op: 'flush'; readonly table: TableName; readonly chain: string }
  | {
      readonly tool: 'iptables';
      readonly op: 'policy';
      readonly table: TableName;
      readonly chain: string;
      readonly policy: 'ACCEPT' | 'DROP';
    };

export interface SysctlCommand {
  readonly tool: 'sysctl';
  readonly name: string;
  readonly value: number;
}
