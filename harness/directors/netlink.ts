/** The shape of messages of netlink(7), whatever they are about. */

export const HEADER_BYTES = 16;
export const NLM_F = { REQUEST: 1, ACK: 4, EXCL: 0x200, DUMP: 0x300, CREATE: 0x400 } as const;
export const NLMSG = { ERROR: 2, DONE: 3 } as const;

/** Attributes that hold others say so in their type. */
const TYPE_MASK = 0x3fff;

export function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + ((value.length + 3) & ~3));
  padded.writeUInt16LE(4 + value.length, 0);
  padded.writeUInt16LE(type, 2);
  value.copy(padded, 4);
  return padded;
}

export function message(type: number, flags: number, parts: readonly Buffer[]): Buffer {
  const whole = Buffer.concat([Buffer.alloc(HEADER_BYTES), ...parts]);
  whole.writeUInt32LE(whole.length, 0);
  whole.writeUInt16LE(type, 4);
  whole.writeUInt16LE(flags, 6);
  return whole;
}

export function messages(buffer: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= buffer.length; at += (buffer.readUInt32LE(at) + 3) & ~3) {
    found.push(buffer.subarray(at, at + buffer.readUInt32LE(at)));
  }
  return found;
}

/** What a message says behind its own header, in order: attributes may be repeated in lists. */
export function attributes(bytes: Buffer): { readonly type: number; readonly value: Buffer }[] {
  const found: { type: number; value: Buffer }[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += (bytes.readUInt16LE(at) + 3) & ~3) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) break;
    found.push({ type: bytes.readUInt16LE(at + 2) & TYPE_MASK, value: bytes.subarray(at + 4, at + length) });
  }
  return found;
}
