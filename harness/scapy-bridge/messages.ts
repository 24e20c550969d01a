import { z } from 'zod';

/** What the two processes say to each other changes together with this number. */
export const BRIDGE_VERSION = 2;

const capturedFrame = z.object({
  /** Of libpcap: 1 Ethernet, 101 raw IP, 113 and 276 Linux cooked. */
  linktype: z.int(),
  /** Since 1970, in decimal digits. */
  microseconds: z.string().regex(/^\d{1,20}$/),
  /** Hexadecimal digits. */
  data: z.string(),
  /** '' where the capture does not name it. */
  interface: z.string().default(''),
  /** As the machine saw it that captured; null where the capture does not say. */
  direction: z.enum(['in', 'out']).nullish(),
});

/** A frame of a capture as its file holds it. */
export type CapturedFrame = z.infer<typeof capturedFrame>;

/** What the Python process answers to each request. */
export const ANSWERS = {
  hello: z.object({ version: z.int(), scapy: z.string(), python: z.string() }),
  /** Since the process began: the most memory that it had at once, and how long it computed. */
  usage: z.object({ peakBytes: z.number(), cpuMs: z.number() }),
  open: z.object({ capture: z.int() }),
  next: z.object({
    frames: z.array(capturedFrame),
    done: z.boolean(),
    /** The file ends in the middle of something. */
    cut: z.boolean(),
  }),
  close: z.object({}),
  /** The fields of each frame, worded as spec/wire/dissect words them. */
  dissect: z.array(z.array(z.tuple([z.string(), z.string()]))),
  /** Each frame's bytes in hexadecimal digits. */
  build: z.array(z.string()),
} as const;

export type Operation = keyof typeof ANSWERS;
export type Answer<O extends Operation> = z.infer<(typeof ANSWERS)[O]>;

/** `input`: what was asked about cannot be read; `bug`: Scapy or the bridge failed. */
export const REPLY = z.union([
  z.object({ id: z.int(), ok: z.unknown() }).refine((reply) => reply.ok !== undefined),
  z.object({ id: z.int(), fault: z.enum(['input', 'bug']), message: z.string() }),
]);
