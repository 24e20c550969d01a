"""Packets taken apart and put together by Scapy alone, in the words of spec/wire/dissect.ts."""

from chunks import chunk_layers, chunk_rows
from gue import GUE, gue_of
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import GRE, Ether
from scapy.layers.sctp import SCTP
from scapy.packet import NoPayload, Raw, raw

ERRORS = (3, 4, 5, 11, 12)
FLAGS = "FSRP.UEW"
# Scapy has names for options that are numbers to us.
NUMBERS = {"EOL": 0, "AltChkSum": 14, "AltChkSumOpt": 15, "Mood": 25, "UTO": 28, "AO": 29, "TFO": 34, "MD5": 19}


def dissect(frame):
    """Name and value of every field."""
    ether = Ether(frame)
    fields = [("eth.dst", ether.dst), ("eth.src", ether.src), ("eth.type", f"0x{ether.type:04x}")]
    if ether.type != 0x0800:
        return fields + [sized("eth.payload", frame[14:])]
    return fields + ipv4(frame[14:], "")


def sized(name, data):
    return (name, f"{len(data)} bytes {data.hex()}".rstrip())


def named(layer, pairs):
    return [(f"{layer}.{name}", str(value)) for name, value in pairs]


def ipv4(data, prefix):
    header = 4 * (data[0] & 15) if data else 0
    if len(data) < 20 or len(data) < header:
        return [sized(f"{prefix}ipv4.bytes", data)]
    # Without its payload, which a wrong length would make Scapy cut; whole, whatever it says of its own length.
    ip = IP(data[: max(header, 20)])
    pairs = [
        ("version", ip.version), ("headerLength", ip.ihl * 4), ("tos", f"0x{ip.tos:02x}"), ("length", ip.len),
        ("id", ip.id), ("flags", f"0x{int(ip.flags):x}"), ("offset", ip.frag * 8), ("ttl", ip.ttl),
        ("protocol", ip.proto), ("checksum", f"0x{ip.chksum:04x}"), ("src", ip.src), ("dst", ip.dst),
    ]
    if ip.ihl > 5:
        pairs.append(("options", b"".join(raw(option) for option in ip.options).hex()))
    return named(f"{prefix}ipv4", pairs) + transport(ip, data[header:], prefix)


def transport(ip, data, prefix):
    if ip.frag == 0 and ip.proto == 6:
        return tcp(data, prefix)
    if ip.frag == 0 and ip.proto == 17 and len(data) >= 8:
        return udp(UDP(data), prefix)
    if ip.frag == 0 and ip.proto == 132 and len(data) >= 12:
        return sctp(SCTP(data), prefix)
    if ip.frag == 0 and ip.proto == 1 and len(data) >= 8:
        return icmp(data, prefix)
    if ip.frag == 0 and ip.proto == 4 and data:
        return ipv4(data, f"{prefix}inner.")
    if ip.frag == 0 and ip.proto == 47 and len(data) >= 8:
        return gre(data, prefix)
    return [sized(f"{prefix}ipv4.payload", data)]


def gre(data, prefix):
    header = GRE(data)
    flags = (
        header.chksum_present << 15 | header.routing_present << 14 | header.key_present << 13
        | header.seqnum_present << 12 | header.strict_route_source << 11 | header.recursion_control << 8
        # Of PPTP's the first of the five is a field of its own.
        | getattr(header, "acknum_present", 0) << 7 | header.flags << 3 | header.version
    )
    pairs = [("flags", f"0x{flags:04x}"), ("protocol", f"0x{header.proto:04x}")]
    if header.chksum_present:
        pairs += [("checksum", f"0x{header.chksum:04x}"), ("reserved", f"0x{header.offset:04x}")]
    # Keys and numbers are no header to spec/wire, which knows no more than IPVS does.
    inner = data[8 if header.chksum_present else 4 :]
    rest = ipv4(inner, f"{prefix}inner.") if header.proto == 0x0800 else [sized(f"{prefix}gre.payload", inner)]
    return named(f"{prefix}gre", pairs) + rest


def tcp(data, prefix):
    if len(data) < 8:
        return [sized(f"{prefix}tcp.bytes", data)]
    if len(data) < 20 or not 20 <= (data[12] >> 4) * 4 <= len(data):
        cut = TCP(data[:8].ljust(12, b"\0") + b"\x50".ljust(8, b"\0"))
        return named(f"{prefix}tcp", [("sport", cut.sport), ("dport", cut.dport), ("quotedSeq", cut.seq)]) + [
            sized(f"{prefix}tcp.rest", data[8:])
        ]
    segment = TCP(data)
    flags = "".join(letter for bit, letter in enumerate(FLAGS) if int(segment.flags) & (1 << bit))
    pairs = [
        ("sport", segment.sport), ("dport", segment.dport), ("seq", segment.seq), ("ack", segment.ack),
        ("headerLength", segment.dataofs * 4), ("reserved", segment.reserved << 1 | int(segment.flags) >> 8),
        ("flags", flags or "none"), ("window", segment.window), ("checksum", f"0x{segment.chksum:04x}"),
        ("urgent", segment.urgptr), ("options", ",".join(map(option, until_end(segment.options))) or "none"),
    ]
    return named(f"{prefix}tcp", pairs) + [sized(f"{prefix}tcp.payload", payload(segment))]


def until_end(options):
    names = [name for name, _ in options]
    return options[: names.index("EOL")] if "EOL" in names else options


def option(pair):
    name, value = pair
    if name == "NOP":
        return "nop"
    if name == "SAckOK" and not value:
        return "sackOK"
    if name == "MSS":
        return f"mss {value}"
    if name == "WScale":
        return f"wscale {value}"
    if name == "Timestamp":
        return f"timestamp {value[0]} echo {value[1]}"
    if name == "SAck":
        return ("sack " + " ".join(f"{a}:{b}" for a, b in zip(value[::2], value[1::2])))
    number = NUMBERS.get(name, name)
    return f"option-{number} {body(name, value).hex()}"


def body(name, value):
    if isinstance(value, bytes):
        return value
    from scapy.layers.inet import TCPOptions
    import struct

    if value is None:
        return b""
    values = value if isinstance(value, tuple) else (value,)
    return struct.pack(TCPOptions[0][NUMBERS[name]][1], *values)


def udp(datagram, prefix):
    pairs = [
        ("sport", datagram.sport), ("dport", datagram.dport), ("length", datagram.len),
        ("checksum", f"0x{datagram.chksum:04x}"),
    ]
    wrapped = gue_of(payload(datagram))
    if wrapped is None:
        return named(f"{prefix}udp", pairs) + [sized(f"{prefix}udp.payload", payload(datagram))]
    options = [sized(f"{prefix}gue.options", wrapped.options)] if wrapped.options else []
    header = [
        ("headerLength", 4 + 4 * wrapped.hlen), ("protocol", wrapped.protocol), ("flags", f"0x{wrapped.flags:04x}"),
    ]
    return (
        named(f"{prefix}udp", pairs) + named(f"{prefix}gue", header) + options
        + ipv4(payload(wrapped), f"{prefix}inner.")
    )


def sctp(packet, prefix):
    pairs = [
        ("sport", packet.sport), ("dport", packet.dport), ("tag", packet.tag),
        ("checksum", f"0x{packet.chksum:08x}"),
    ]
    fields = named(f"{prefix}sctp", pairs)
    rows, rest = chunk_rows(packet)
    for number, chunk in enumerate(rows, 1):
        fields += [
            sized(f"{prefix}sctp.chunk{number}.{name}", value) if isinstance(value, bytes)
            else (f"{prefix}sctp.chunk{number}.{name}", str(value))
            for name, value in chunk
        ]
    return fields + ([sized(f"{prefix}sctp.rest", rest)] if rest else [])


def icmp(data, prefix):
    message = ICMP(data)
    rest = ICMP(data[:8])
    pairs = [
        ("type", message.type), ("code", message.code), ("checksum", f"0x{message.chksum:04x}"),
        ("rest", raw(rest)[4:8].hex()),
    ]
    fields = named(f"{prefix}icmp", pairs)
    if message.type in ERRORS:
        return fields + ipv4(data[8:], f"{prefix}icmp.quoted.")
    # Scapy counts the times of a time stamp message, and an address mask, as header.
    return fields + [sized(f"{prefix}icmp.payload", raw(message)[8:])]


def payload(layer):
    return b"" if isinstance(layer.payload, NoPayload) else raw(layer.payload)


def build(packet):
    """The bytes of a frame; lengths and checksums that the description does not have are Scapy's own."""
    eth = packet["eth"]
    return raw(Ether(dst=eth["dst"], src=eth["src"], type=0x0800) / ip_layer(packet))


def ip_layer(packet):
    ip = packet["ip"]
    header = IP(
        tos=ip["tos"], id=ip["id"], flags=ip["flags"], frag=ip["frag"], ttl=ip["ttl"],
        proto=ip["proto"], src=ip["src"], dst=ip["dst"],
    )
    # A tunnel has a packet in the place of a payload.
    return header / LAYERS[packet["kind"]](packet, bytes.fromhex(packet.get("payload", "")))


def gre_layer(packet, data):
    return GRE(chksum_present=int(packet["gre"]["checksum"]), proto=0x0800) / ip_layer(packet["inner"])


def tcp_layer(packet, data):
    tcp = packet["tcp"]
    segment = TCP(
        sport=tcp["sport"], dport=tcp["dport"], seq=tcp["seq"], ack=tcp["ack"], flags=tcp["flags"],
        window=tcp["window"], urgptr=tcp["urgent"],
        options=[scapy_option(each) for each in tcp["options"]],
    )
    return segment / Raw(data)


def scapy_option(given):
    name, values = given
    if name == "nop":
        return ("NOP", None)
    if name == "sackOK":
        return ("SAckOK", b"")
    if name == "unknown":
        return (values[0], bytes.fromhex(values[1]))
    plain = {"mss": "MSS", "wscale": "WScale"}
    if name in plain:
        return (plain[name], values[0])
    return ({"sack": "SAck", "timestamp": "Timestamp"}[name], tuple(values))


def udp_layer(packet, data):
    udp = packet["udp"]
    # A checksum of 0 is none: Scapy must not compute one.
    fixed = {} if udp["checksum"] else {"chksum": 0}
    return UDP(sport=udp["sport"], dport=udp["dport"], **fixed) / Raw(data)


def gue_layer(packet, data):
    options = bytes.fromhex(packet["gue"]["options"])
    return udp_layer(packet, b"") / GUE(flags=packet["gue"]["flags"], options=options) / ip_layer(packet["inner"])


def sctp_layer(packet, data):
    sctp = packet["sctp"]
    packet = SCTP(sport=sctp["sport"], dport=sctp["dport"], tag=sctp["tag"])
    for layer in chunk_layers(sctp["chunks"]):
        packet = packet / layer
    return packet / Raw(data) if data else packet


def icmp_layer(packet, data):
    icmp = packet["icmp"]
    # Which fields follow the checksum depends on the type: Scapy names them.
    head = bytes([icmp["type"], icmp["code"], 0, 0]) + bytes.fromhex(icmp["rest"])
    # What is quoted stays as it is: Scapy would leave out what the quoted packet's length does not count.
    message = ICMP(head) / Raw(data) if icmp["type"] in ERRORS else ICMP(head + data)
    del message.chksum
    return message


LAYERS = {
    "tcp": tcp_layer, "udp": udp_layer, "sctp": sctp_layer, "icmp": icmp_layer, "gre": gre_layer, "gue": gue_layer,
    "ipip": lambda packet, data: ip_layer(packet["inner"]), "raw": lambda packet, data: Raw(data),
}
