"""Generic UDP encapsulation (draft-ietf-intarea-gue), which Scapy does not have, of packets of IPv4."""

from scapy.fields import BitField, BitFieldLenField, ByteField, StrLenField, XShortField
from scapy.layers.inet import IP
from scapy.packet import Packet

IPIP = 4


class GUE(Packet):
    name = "GUE"
    fields_desc = [
        BitField("version", 0, 2),
        BitField("control", 0, 1),
        BitFieldLenField("hlen", None, 5, length_of="options", adjust=lambda _, length: length // 4),
        ByteField("protocol", IPIP),
        XShortField("flags", 0),
        StrLenField("options", b"", length_from=lambda packet: 4 * packet.hlen),
    ]


def gue_of(data):
    """The layer, if there is one and a whole packet of IPv4 fills what is behind it."""
    if len(data) < 4:
        return None
    layer = GUE(data)
    if layer.version or layer.control or layer.protocol != IPIP:
        return None
    inner = bytes(layer.payload)
    if len(layer.options) != 4 * layer.hlen or len(inner) < 20:
        return None
    ip = IP(inner[:20])
    return layer if ip.version == 4 and ip.len == len(inner) else None
