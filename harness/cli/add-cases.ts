import { type Command, Option } from 'commander';
import type { Ipv4 } from '../../spec/wire/address.ts';
import { addresses, collect } from './option-values.ts';

/** The commands that bring other people's cases in, and ours out. */
export function addCases(all: Command): void {
  all
    .command('import')
    .description('make a scenario of a capture and of how the director was set up')
    .argument('<capture>', 'pcap or pcapng, taken on the director')
    .requiredOption('--ipvs <file>', 'output of ipvsadm-save -n or ipvsadm -Ln, or keepalived.conf')
    .option('--rules <file>', 'output of iptables-save or nft list ruleset')
    .option('--sysctl <file>', 'output of sysctl -a')
    .option('--client <address[:port]>', 'only flows of this client; repeatable', collect, [])
    .option(
      '--own <address>',
      'an address of the director itself, where a real server is the director; repeatable',
      addresses('--own'),
      [],
    )
    .option(
      '--client-device <name>',
      "the director's device towards clients, where the capture does not name it",
    )
    .option('--server-device <name>', 'the one towards real servers')
    .option('--server-side', "the capture was taken on the real servers' side alone", false)
    .option('--anonymise', 'no names, payloads and comments of the original', false)
    .option('--shrink', 'only what the first difference, or drop, needs', false)
    .option('-o, --out <file>', 'where the scenario goes (default: standard output)')
    .option('--on <director>', 'a director that plays it too; repeatable', collect, [])
    .option('--kernel <kernel>', 'as --on microvm:KERNEL; repeatable', collect, [])
    .action(async (capture: string, flags: ImportFlags) => {
      const { importCommand } = await import('./import-command.ts');
      const { ipvs, rules, sysctl, client, own, serverSide, anonymise, shrink, out } = flags;
      const devices = {
        ...(flags.clientDevice !== undefined && { client: flags.clientDevice }),
        ...(flags.serverDevice !== undefined && { server: flags.serverDevice }),
      };
      const on = [...flags.on, ...flags.kernel.map((kernel) => `microvm:${kernel}`)];
      const files = { capture, ipvs, rules, sysctl, clients: client, own, devices, serverSide };
      process.exitCode = await importCommand({ ...files, anonymise, shrink, out, on });
    });
  all
    .command('export')
    .description('turn a scenario into something for people who do not have lvscheck')
    .argument('<file>', 'a scenario file')
    .addOption(new Option('--as <kind>', 'what to make of it').choices(KINDS).makeOptionMandatory())
    .option('-o, --out <file>', 'where it goes (default: standard output)')
    .option('--kernel <kernel>', "whose model it is made of (default: the distribution's)")
    .action(async (file: string, { as, out, kernel }: ExportFlags) => {
      const { exportCommand } = await import('./export-command.ts');
      process.exitCode = await exportCommand(file, as, { out, kernel });
    });
}

/** A script for any Linux box, one for Scapy, a capture, a bug report. */
const KINDS = ['sh', 'scapy', 'pcap', 'markdown'] as const;

interface ExportFlags {
  readonly as: (typeof KINDS)[number];
  readonly out?: string;
  readonly kernel?: string;
}

interface ImportFlags {
  readonly ipvs: string;
  readonly rules?: string;
  readonly sysctl?: string;
  readonly client: string[];
  readonly own: Ipv4[];
  readonly clientDevice?: string;
  readonly serverDevice?: string;
  readonly anonymise: boolean;
  readonly shrink: boolean;
  readonly serverSide: boolean;
  readonly out?: string;
  readonly on: string[];
  readonly kernel: string[];
}
