import type { Emitted } from '../../spec/observation.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import { hexBytes } from '../../spec/wire/dissect.ts';
import { ETHERNET_HEADER_BYTES } from '../../spec/wire/ethernet.ts';
import { greHeaderBytes, parseGre } from '../../spec/wire/gre.ts';
import { parseGue } from '../../spec/wire/gue.ts';
import { long, PROTOCOL_GRE, PROTOCOL_UDP, parseIpv4Packet } from '../../spec/wire/ipv4.ts';
import { UDP_HEADER_BYTES } from '../../spec/wire/udp.ts';
import type { ExportedCase, ExportedFact, ExportedStep } from './exported.ts';

/** What both scripts have: the steps, what differs between kernels, and how frames are compared. */
export const pythonShared = (given: ExportedCase): string => `${STEP_SHAPE}
STEPS = [
${pythonSteps(given)}]
# What differs between kernels that shows in these frames.
CHANGES = [
${pythonChanges(given)}]
${COMPARISON}`;

/** The steps as Python data. JSON is Python where it has neither true, false nor null; nothing in it ends a text. */
function pythonSteps({ steps }: ExportedCase): string {
  return steps.map((step, index) => `    ${pythonStep(step, index + 1)},\n`).join('');
}

/** Which kernels' models send other frames, as Python data. */
function pythonChanges({ changes }: ExportedCase): string {
  return changes
    .map(({ id, says, since, present }) => {
      const which = present ? 'on kernels without it' : 'on kernels that have it';
      return `    ${text(`${which} other frames come out: ${id}, since ${since}: ${says}`)},\n`;
    })
    .join('');
}

/** What stands above the steps. */
const STEP_SHAPE = `# number, what it says, ms to wait, (wire, frame), command, frames that come out (None: nobody can know; each with the
# fields that a kernel fills as it likes, or which bytes of them), what the author expects (fields of some frame; none: no frame; None: unseen here)`;

function pythonStep(step: ExportedStep, number: number): string {
  const { says, waitMs, sent, emitted, undetermined, expected } = step;
  const own = sent?.link === 'director' ? sentByDirector(sent.frame) : undefined;
  const command = own ?? step.command;
  const frame = sent && !own ? `(${text(sent.link)}, ${text(hexBytes(sent.frame))})` : '()';
  const out = undetermined ? 'None' : `[${emitted.map(pythonFrame).join(', ')}]`;
  const words = [frame, `[${(command ?? []).map(text).join(', ')}]`, out];
  return `(${number}, ${text(says)}, ${waitMs}, ${words.join(', ')}, [${expected.map(pythonFact).join(', ')}])`;
}

/** A program on the director that sends the packet whole; what it is told, if that does not leave, is nobody's. */
function sentByDirector(frame: Uint8Array): readonly string[] {
  const packet = frame.subarray(ETHERNET_HEADER_BYTES);
  const [source, destination] = [long(packet, 12), long(packet, 16)].map(formatIpv4);
  const program = [
    'import socket',
    'own = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)',
    'own.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)',
    `own.bind(("${source}", 0))`,
    'try:',
    `    own.sendto(bytes.fromhex("${hexBytes(packet)}"), ("${destination}", 0))`,
    'except OSError:',
    '    pass',
  ];
  return ['python3', '-c', program.join('\n')];
}

function pythonFrame({ link, frame, open = [] }: Emitted): string {
  const port = open.includes('gue-source-port') ? ['"sport": []'] : [];
  const inside = open.includes('own-ip-id-inside') ? [`"data": [${numbersInside(frame).join(', ')}]`] : [];
  return `(${text(link)}, ${text(hexBytes(frame))}, {${[...port, ...inside].join(', ')}})`;
}

/** Where, in what a tunnel's packet carries, the packet within has its identification, and the checksum that follows. */
function numbersInside(frame: Uint8Array): readonly number[] {
  const { header, payload } = parseIpv4Packet(frame, ETHERNET_HEADER_BYTES)!;
  const at = headerInside(header.protocol, payload);
  return [4, 5, 10, 11].map((byte) => at + byte);
}

/** Bytes of the header between both of IP, but for those of UDP, which are compared by themselves. */
function headerInside(protocol: number, payload: Uint8Array): number {
  if (protocol === PROTOCOL_UDP) return parseGue(payload.subarray(UDP_HEADER_BYTES))!.headerBytes;
  return protocol === PROTOCOL_GRE ? greHeaderBytes(parseGre(payload)!.flags) : 0;
}

function pythonFact({ says, fields }: ExportedFact): string {
  const pairs = Object.entries(fields ?? {}).map(
    ([name, value]) => `${text(name)}: ${typeof value === 'string' ? text(value) : value}`,
  );
  return `(${text(says)}, ${fields ? `{${pairs.join(', ')}}` : 'None'})`;
}

/** A Python string of ASCII only. */
export function text(value: string): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Which frames that came out are those that were to come. */
const COMPARISON = `IPV4 = b"\\x08\\x00"
ARP = b"\\x08\\x06"


def number_of(some):
    return int.from_bytes(some, "big")


def dissected(link, frame):
    """What is compared of a frame: all but its IP identification, which kernels fill as they like, and its checksums, which devices do."""
    if frame[12:14] == ARP:
        return {"wire": link, "to": frame[0:6].hex(), "arp": frame[14:42].hex()}
    ip = frame[14:]
    head = (ip[0] & 15) * 4
    data = ip[head:number_of(ip[2:4])]
    piece = number_of(ip[6:8])
    fields = {"wire": link, "to": frame[0:6].hex(), "tos": ip[1], "ttl": ip[8], "protocol": ip[9], "fragment": piece}
    fields.update(source=".".join(map(str, ip[12:16])), destination=".".join(map(str, ip[16:20])), ipoptions=ip[20:head].hex())
    if piece & 0x1fff == 0 and ip[9] in (6, 17, 132) and len(data) >= 8:
        fields.update(sport=number_of(data[0:2]), dport=number_of(data[2:4]))
    if piece & 0x1fff == 0 and ip[9] == 6 and len(data) >= 20:
        options = data[12] // 16 * 4
        fields.update(seq=number_of(data[4:8]), ack=number_of(data[8:12]), flags=data[13], rst=data[13] >> 2 & 1)
        fields.update(window=number_of(data[14:16]), urgent=number_of(data[18:20]), options=data[20:options].hex())
        data = data[options:]
    elif piece & 0x1fff == 0 and ip[9] == 17 and len(data) >= 8:
        data = data[8:]
    elif piece & 0x1fff == 0 and ip[9] == 1 and len(data) >= 8:
        fields.update(type=data[0], code=data[1], mtu=number_of(data[6:8]))
        data = data[4:]
    elif piece & 0x1fff == 0 and ip[9] == 47 and len(data) >= 8 and data[0] & 0x80:
        data = data[0:4] + bytes(2) + data[6:]
    fields.update(length=len(data), data=data.hex())
    return fields


def is_compared(frame):
    """IPv4 and ARP; other protocols talk on their own."""
    return frame[12:14] in (IPV4, ARP) and len(frame) >= 34


def told(frames):
    """On each wire in order; of two wires nobody can tell which was the first."""
    return sorted(frames, key=lambda fields: fields["wire"])


def in_words(fields):
    return " ".join("%s=%s" % (name, str(value)[:60]) for name, value in fields.items())


# Frames that differ in more fields are not the same frame.
MOST_FIELDS = 6


def known(fields, name, free):
    value = fields.get(name)
    for at in free.get(name, []) if value else []:
        value = value[:2 * at] + "??" + value[2 * at + 2:]
    return value


def differences(wanted, seen):
    lines = []
    for index in range(max(len(wanted), len(seen))):
        if index >= len(seen):
            lines.append("missing: " + in_words(wanted[index][0]))
        elif index >= len(wanted):
            lines.append("not expected: " + in_words(seen[index]))
        else:
            fields, free = wanted[index]
            names = sorted((set(fields) | set(seen[index])) - set(name for name in free if not free[name]))
            other = [name for name in names if known(fields, name, free) != known(seen[index], name, free)]
            if len(other) > MOST_FIELDS:
                lines += ["another frame: " + in_words(seen[index]), "missing: " + in_words(fields)]
                continue
            for name in other:
                both = (seen[index].get(name, "absent"), fields.get(name, "absent"))
                lines.append("frame %d: %s is %s, not %s" % (index + 1, name, *both))
    return lines


def holds(fields, seen):
    if not fields:
        return not seen
    return any(all(each.get(name) == value for name, value in fields.items()) for each in seen)


def judge(number, says, wanted, expected, seen):
    """Both what the model sends and what the author expects; says what is not so."""
    seen = told([dissected(link, frame) for link, frame in seen if is_compared(frame)])
    complaints = []
    if wanted is not None:
        model = sorted(((dissected(link, bytes.fromhex(frame)), free) for link, frame, free in wanted), key=lambda each: each[0]["wire"])
        complaints += differences(model, seen)
    for fact, fields in expected:
        if fields is not None and not holds(fields, seen):
            complaints.append("expected: %s; seen: %s" % (fact, "; ".join(map(in_words, seen)) or "nothing out"))
    print("FAIL step" if complaints else "ok   step", number, says)
    if wanted is None:
        print("     not compared: what comes out hangs on chance, or on the moment at which a timer ends")
    for fact, fields in expected:
        if fields is None:
            print("     not checked here:", fact)
    for complaint in complaints:
        print("    ", complaint)
    return not complaints
`;
