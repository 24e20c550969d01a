import { hexBytes } from '../../spec/wire/dissect.ts';
import type { ExportedCase, ExportedStep } from './exported.ts';

/** The steps as Python data. JSON is Python where it has neither true, false nor null; nothing in it ends a text. */
export function pythonSteps({ steps }: ExportedCase): string {
  return steps.map((step, index) => `    ${pythonStep(step, index + 1)},\n`).join('');
}

/** (number, what it says, ms to wait before, (link, frame) or (), command or (), frames that shall come out) */
function pythonStep({ says, waitMs, sent, command, emitted }: ExportedStep, number: number): string {
  const frame = sent ? `(${text(sent.link)}, ${text(hexBytes(sent.frame))})` : '()';
  const out = emitted.map((one) => `(${text(one.link)}, ${text(hexBytes(one.frame))}), `).join('');
  return `(${number}, ${text(says)}, ${waitMs}, ${frame}, [${(command ?? []).map(text).join(', ')}], [${out}])`;
}

/** A Python string of ASCII only. */
export function text(value: string): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What both players share: which frames that came out are those that were to come. */
export const COMPARISON = `
def essence(link, frame):
    """A frame as far as no kernel is free in it: without IP identification, checksums and the ports and sequence numbers of answers."""
    if frame[12:14] != b"\\x08\\x00" or len(frame) < 34:
        return None
    ip = frame[14:]
    return (link, frame[0:6], ip[9], ip[12:20])


def judge(number, says, wanted, seen):
    wanted = sorted(essence(link, bytes.fromhex(frame)) for link, frame in wanted)
    seen = sorted(each for each in (essence(link, frame) for link, frame in seen) if each)
    if wanted == seen:
        print("ok   step", number, says)
        return True
    print("FAIL step", number, says)
    for name, frames in (("expected", wanted), ("seen", seen)):
        for link, mac, protocol, ends in frames or [("nothing", b"", "", b"")]:
            print("    ", name, link, mac.hex(), protocol, ".".join(map(str, ends[:4])), ".".join(map(str, ends[4:])))
    return False
`;
