import { MachineError } from '../errors.ts';
import { WireReader, WireWriter } from './agent-wire.ts';

/**
 * What the harness and the agent inside a director say to each other; agent/PROTOCOL.md has the bytes.
 * The same for every kind of director that runs the agent.
 */
export const PROTOCOL_VERSION = 4;

const CODE = {
  netns: 1,
  tap: 2,
  writeFile: 3,
  exec: 4,
  readFile: 5,
  getsockopt: 6,
  netlink: 7,
  frame: 8,
  step: 9,
  observe: 10,
  settle: 11,
  send: 12,
  frameOut: 32,
  same: 33,
} as const;

/** Something the agent does at once and answers with one {@link Answer}. */
export type Op =
  /** From here on, a fresh network namespace; what was open of the one before is closed. */
  | { readonly op: 'netns' }
  | {
      readonly op: 'tap';
      readonly link: number;
      readonly name: string;
      readonly mac: Uint8Array;
      readonly mtu: number;
      /** Chosen by us, so that netlink requests can name the device; above what a fresh namespace has by itself. */
      readonly ifindex: number;
    }
  | { readonly op: 'writeFile'; readonly path: string; readonly content: Uint8Array }
  /** An argument vector, never a shell line; killed when it takes longer. */
  | {
      readonly op: 'exec';
      readonly argv: readonly string[];
      readonly stdin: string;
      readonly limitMs: number;
    }
  | { readonly op: 'readFile'; readonly path: string }
  | SizedGetsockopt
  /** A request as netlink(7) has it; the answer is all that the kernel replies, end to end. */
  | { readonly op: 'netlink'; readonly protocol: number; readonly request: Uint8Array }
  | { readonly op: 'frame'; readonly link: number; readonly frame: Uint8Array }
  /** A whole IPv4 packet, by a socket bound to its source. */
  | { readonly op: 'send'; readonly packet: Uint8Array }
  /** Nothing, for so long: the kernel finishes what an operation before set going in the background. */
  | { readonly op: 'settle'; readonly ns: bigint };

/**
 * Two getsockopt calls on a raw socket: `info`, whose answer has a size at `sizeFrom`; then `question` with
 * that size put at `sizeTo` and that much room behind it (iptables' tables are asked so).
 */
export interface SizedGetsockopt {
  readonly op: 'getsockopt';
  readonly level: number;
  readonly infoOption: number;
  readonly info: Uint8Array;
  readonly sizeFrom: number;
  readonly option: number;
  readonly question: Uint8Array;
  readonly sizeTo: number;
}

/** A timed step: `waitNs` after the step before, rounded up to jiffies, and at least one. */
export interface AgentStep {
  readonly waitNs: bigint;
  /** The step's jiffies are a multiple of this (0 or 1: any). */
  readonly alignJiffies: number;
  readonly ops: readonly Op[];
}

export interface AgentScenario {
  readonly setup: readonly Op[];
  /** Read after every step. */
  readonly observe: readonly Op[];
  readonly steps: readonly AgentStep[];
}

/** `errno` 0: done. `data` is what the operation yields, '' for most. */
export interface Answer {
  readonly errno: number;
  readonly data: Buffer;
}

export interface FrameOut {
  readonly jiffies: bigint;
  readonly link: number;
  readonly frame: Buffer;
}

export interface StepTranscript {
  /** Jiffies: when the step was due, when it acted, when observing began and ended: the same, or rows contradict each other. */
  readonly due: bigint;
  readonly acted: bigint;
  readonly observed: bigint;
  readonly observedUntil: bigint;
  readonly answers: readonly Answer[];
  readonly framesOut: readonly FrameOut[];
  /** In the order of AgentScenario.observe. An unchanged one is the very same object as in the step before. */
  readonly observations: readonly Answer[];
}

export interface ScenarioTranscript {
  readonly id: number;
  readonly setup: readonly Answer[];
  readonly steps: readonly StepTranscript[];
}

export interface Hello {
  readonly version: number;
  readonly hz: number;
  readonly release: string;
}

export type AgentMessage =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'transcript'; readonly transcript: Buffer }
  | { readonly kind: 'error'; readonly what: string };

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function writeGetsockopt(to: WireWriter, op: SizedGetsockopt): void {
  to.u32(op.level).u32(op.infoOption).bytes(op.info).u32(op.sizeFrom);
  to.u32(op.option).bytes(op.question).u32(op.sizeTo);
}

function writeExec(to: WireWriter, op: Extract<Op, { op: 'exec' }>): void {
  to.u32(op.limitMs).u16(op.argv.length);
  for (const argument of op.argv) to.string(argument);
  to.bytes(Buffer.from(op.stdin));
}

/** How each operation's payload is laid out; the order of the fields is the protocol. */
const PAYLOAD: { [K in Op['op']]: (to: WireWriter, op: Extract<Op, { op: K }>) => void } = {
  netns: () => {},
  tap: (to, op) => to.u8(op.link).raw(op.mac).u32(op.mtu).u32(op.ifindex).string(op.name),
  writeFile: (to, op) => to.string(op.path).bytes(op.content),
  exec: writeExec,
  readFile: (to, op) => to.string(op.path),
  getsockopt: writeGetsockopt,
  netlink: (to, op) => to.u32(op.protocol).bytes(op.request),
  frame: (to, op) => to.u8(op.link).bytes(op.frame),
  settle: (to, op) => to.u64(op.ns),
  send: (to, op) => to.bytes(op.packet),
};

function writeOps(to: WireWriter, ops: readonly Op[]): void {
  for (const op of ops) {
    to.record(CODE[op.op], (payload) => (PAYLOAD[op.op] as (to: WireWriter, op: Op) => void)(payload, op));
  }
}

/** One message to the agent, with its length in front. */
export function encodeScenario(id: number, scenario: AgentScenario): Buffer {
  const writer = new WireWriter().u32(0).u8(0x53).u32(id);
  writeOps(writer, scenario.setup);
  writer.record(CODE.observe, (to) => writeOps(to, scenario.observe));
  for (const step of scenario.steps) {
    writer.record(CODE.step, (to) => writeOps(to.u64(step.waitNs).u32(step.alignJiffies), step.ops));
  }
  const message = writer.finish();
  message.writeUInt32LE(message.length - 4);
  return message;
}

/** A message without its length. */
export function decodeMessage(message: Buffer): AgentMessage {
  const reader = new WireReader(message);
  const type = reader.u8();
  if (type === 0x48) return { kind: 'hello', hello: decodeHello(reader) };
  if (type === 0x54) return { kind: 'transcript', transcript: reader.rest() };
  if (type === 0x45) return { kind: 'error', what: reader.bytes().toString() };
  throw new MachineError(`agent protocol: unknown message type ${type}`);
}

function decodeHello(reader: WireReader): Hello {
  const version = reader.u16();
  if (version !== PROTOCOL_VERSION) {
    throw new MachineError(
      `agent protocol: the guest speaks version ${version}, we speak ${PROTOCOL_VERSION}`,
    );
  }
  return { version, hz: reader.u32(), release: reader.bytes().toString() };
}

function decodeAnswer(payload: WireReader): Answer {
  return { errno: payload.u32(), data: payload.rest() };
}

function decodeFrameOut(payload: WireReader): FrameOut {
  return { jiffies: payload.u64(), link: payload.u8(), frame: payload.bytes() };
}

/** A step's records in their order: answers, frames among them, then what was observed. */
function decodeStep(payload: WireReader, opCount: number, before: readonly Answer[]): StepTranscript {
  const [due, acted, observed, observedUntil] = [payload.u64(), payload.u64(), payload.u64(), payload.u64()];
  const answers: Answer[] = [];
  const framesOut: FrameOut[] = [];
  const observations: Answer[] = [];
  while (!payload.done) {
    const record = payload.record();
    if (record.code === CODE.frameOut) framesOut.push(decodeFrameOut(record.payload));
    else if (answers.length < opCount) answers.push(decodeAnswer(record.payload));
    else if (record.code === CODE.same) observations.push(before[observations.length]!);
    else observations.push(decodeAnswer(record.payload));
  }
  return { due, acted, observed, observedUntil, answers, framesOut, observations };
}

/** @param scenario the scenario that was sent: the answers come in the order of its operations */
export function decodeTranscript(transcript: Buffer, scenario: AgentScenario): ScenarioTranscript {
  const reader = new WireReader(transcript);
  const id = reader.u32();
  const setup: Answer[] = [];
  const steps: StepTranscript[] = [];
  while (!reader.done) {
    const { code, payload } = reader.record();
    if (code === CODE.step) {
      const opCount = scenario.steps[steps.length]?.ops.length ?? 0;
      steps.push(decodeStep(payload, opCount, steps.at(-1)?.observations ?? []));
    } else if (code !== CODE.frameOut) setup.push(decodeAnswer(payload));
  }
  return { id, setup, steps };
}

/** What an `exec` answer holds. `code` is the exit status, or 128 + the signal that ended the program. */
export function decodeExec(answer: Answer): ExecResult {
  const reader = new WireReader(answer.data);
  return { code: reader.u32(), stdout: reader.bytes().toString(), stderr: reader.bytes().toString() };
}
