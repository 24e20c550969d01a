import { hint } from './address-text.ts';
import { isPlain, type Reading } from './iptables-draft.ts';
import { NAT_OPTIONS, NAT_PORT_PROTOCOLS } from './iptables-options.ts';
import { parseTos } from './iptables-tos-parse.ts';
import { parseMark, parseRejectType } from './iptables-values.ts';
import { parseNatPorts, parseNatRange } from './nat-range-text.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber, parseUnsigned32 } from './number-text.ts';
import { HELPERS, type NatRange, type NatTargetKind, type Target } from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** The options of targets, one function each; they stand after the target that they belong to. */

type Kind = Target['kind'];

const ALL = 0xffffffff;

/** The target that the option belongs to, which must stand before it. */
function targetOf<K extends Kind>({ draft, option }: Reading, ...kinds: readonly K[]): Target & { kind: K } {
  const { target } = draft;
  if (target && kinds.some((kind) => kind === target.kind)) return target as Target & { kind: K };
  throw new TextError(option, `${option.text} needs -j ${kinds.join(' or -j ')} before it`);
}

/** Of the options that say what a target does there is one. */
function decide(reading: Reading): void {
  const { draft, option } = reading;
  if (draft.targetOption)
    throw new TextError(option, `${option.text} and ${draft.targetOption.text} exclude each other`, {
      hint: 'remove one of them',
    });
  draft.targetOption = option;
}

export function readRejectWith(reading: Reading): void {
  targetOf(reading, 'REJECT');
  reading.draft.target = { kind: 'REJECT', with: parseRejectType(reading.value()) };
}

/**
 * `--set-xmark` names the bits to clear and the bits to flip. The others are other ways to say so: `--set-mark 1/2`
 * clears the mark's own bits as well, `--or-mark` sets, `--and-mark` keeps, `--xor-mark` flips bits.
 */
export function readMarkBits(reading: Reading, way: 'xset' | 'set' | 'or' | 'and' | 'xor'): void {
  const { kind } = targetOf(reading, 'MARK', 'CONNMARK');
  decide(reading);
  const bits = markBits(reading, way);
  reading.draft.target = kind === 'MARK' ? { kind, ...bits } : { kind, op: 'set', ...bits };
}

function markBits(
  reading: Reading,
  way: 'xset' | 'set' | 'or' | 'and' | 'xor',
): { value: number; mask: number } {
  if (way === 'xset') return parseMark(reading.value());
  if (way === 'set') {
    const { value, mask } = parseMark(reading.value());
    return { value, mask: (value | mask) >>> 0 };
  }
  const bits = parseUnsigned32(reading.value(), 'mark');
  if (way === 'and') return { value: 0, mask: ~bits >>> 0 };
  return { value: bits, mask: way === 'or' ? bits : 0 };
}

export function readTransfer(reading: Reading, op: 'save' | 'restore'): void {
  targetOf(reading, 'CONNMARK');
  decide(reading);
  reading.draft.target = { kind: 'CONNMARK', op, packetMask: ALL, connectionMask: ALL };
}

/** Which bits `--save-mark` and `--restore-mark` move. */
export function readTransferMask(
  reading: Reading,
  masks: readonly ('packetMask' | 'connectionMask')[],
): void {
  const target = targetOf(reading, 'CONNMARK');
  if (target.op === 'set')
    throw new TextError(
      reading.option,
      `${reading.option.text} needs --save-mark or --restore-mark before it`,
    );
  const bits = parseUnsigned32(reading.value(), 'mask');
  reading.draft.target = { ...target, ...Object.fromEntries(masks.map((mask) => [mask, bits])) };
}

export function readNotrack(reading: Reading): void {
  targetOf(reading, 'CT');
  decide(reading);
}

export function readHelper(reading: Reading): void {
  targetOf(reading, 'CT');
  decide(reading);
  const word = reading.value();
  const helper = HELPERS.find((name) => name === word.text);
  if (!helper)
    throw new TextError(word, `helper ${word.text} is not modelled`, {
      allowed: HELPERS.join(' '),
      ...hint(didYouMean(word.text, HELPERS)),
    });
  // A helper belongs to one protocol (xt_CT.c, xt_ct_find_proto).
  if (!isPlain(reading.draft, ['tcp']))
    throw new TextError(reading.option, '--helper ftp is for TCP only', { hint: 'add -p tcp before it' });
  reading.draft.target = { kind: 'CT', helper };
}

export function readNatRange(reading: Reading, kind: 'SNAT' | 'DNAT'): void {
  targetOf(reading, kind);
  decide(reading);
  setRange(reading, kind, parseNatRange(reading.value()));
}

export function readNatPorts(reading: Reading): void {
  const { kind } = targetOf(reading, 'MASQUERADE', 'REDIRECT');
  decide(reading);
  setRange(reading, kind, { ports: parseNatPorts(reading.value()) });
}

/** `--random`, `--random-fully`, `--persistent`: how an address or a port is chosen. */
export function readNatOption(reading: Reading, name: keyof typeof NAT_OPTIONS): void {
  const { kind, to } = targetOf(reading, ...NAT_OPTIONS[name]);
  const chosen = name === 'persistent' ? ({ persistent: true } as const) : { chance: name };
  reading.draft.target = { kind, to: { ...to, ...chosen } };
}

function setRange(reading: Reading, kind: NatTargetKind, to: NatRange): void {
  if (to.ports && !isPlain(reading.draft, NAT_PORT_PROTOCOLS))
    throw new TextError(
      reading.option,
      `${reading.option.text} with ports is for protocols with ports only`,
      {
        allowed: NAT_PORT_PROTOCOLS.join(' '),
        hint: 'add -p tcp before it',
      },
    );
  const before = targetOf(reading, kind).to;
  reading.draft.target = { kind, to: { ...before, ...to } };
}

/** What a log line would say, or who shall read it: nobody here. */
export function readLogOption(reading: Reading, kind: 'LOG' | 'NFLOG'): void {
  targetOf(reading, kind);
  reading.value();
}

export function readSetTos(reading: Reading): void {
  targetOf(reading, 'TOS');
  decide(reading);
  reading.draft.target = { kind: 'TOS', ...parseTos(reading.value()) };
}

export function readSetDscp(reading: Reading, parse: (word: Word) => number): void {
  targetOf(reading, 'DSCP');
  decide(reading);
  reading.draft.target = { kind: 'DSCP', dscp: parse(reading.value()) };
}

export function readSetMss(reading: Reading): void {
  targetOf(reading, 'TCPMSS');
  decide(reading);
  const mss = parseNumber(reading.value(), 'MSS', { min: 0, max: 65534 });
  reading.draft.target = { kind: 'TCPMSS', mss };
}

/** Where it is not known yet by what device the packet leaves there is no MTU to keep to. */
export const NO_CLAMPING: readonly string[] = ['PREROUTING', 'INPUT'];

export function readClampMss(reading: Reading): void {
  targetOf(reading, 'TCPMSS');
  decide(reading);
  const { option, where } = reading;
  if (NO_CLAMPING.includes(where.chain))
    throw new TextError(option, `${option.text} cannot stand in ${where.chain}`, {
      allowed: 'FORWARD OUTPUT POSTROUTING',
    });
}
