"""SCTP's chunks, in the words of spec/wire/sctp-chunks.ts."""

from scapy.layers.sctp import (
    SCTPChunkAbort, SCTPChunkCookieAck, SCTPChunkCookieEcho, SCTPChunkData, SCTPChunkError, SCTPChunkHeartbeatAck,
    SCTPChunkHeartbeatReq, SCTPChunkInit, SCTPChunkInitAck, SCTPChunkSACK, SCTPChunkShutdown, SCTPChunkShutdownAck,
    SCTPChunkShutdownComplete,
)
from scapy.packet import raw

INIT = [
    ("initiateTag", "init_tag"), ("window", "a_rwnd"), ("outStreams", "n_out_streams"), ("inStreams", "n_in_streams"),
    ("initialTsn", "init_tsn"),
]
# Our name, the numbers by our name and Scapy's, and what follows them; the least length of each is that of an empty one.
KINDS = {
    SCTPChunkData: (
        "DATA",
        [("tsn", "tsn"), ("stream", "stream_id"), ("streamSequence", "stream_seq"), ("payloadProtocol", "proto_id")],
        ("data", "data"),
    ),
    SCTPChunkInit: ("INIT", INIT, ("parameters", "params")),
    SCTPChunkInitAck: ("INIT_ACK", INIT, ("parameters", "params")),
    SCTPChunkSACK: (
        "SACK",
        [("cumulativeTsn", "cumul_tsn_ack"), ("window", "a_rwnd"), ("gaps", "n_gap_ack"), ("duplicates", "n_dup_tsn")],
        ("blocks", None),
    ),
    SCTPChunkHeartbeatReq: ("HEARTBEAT", [], ("information", "params")),
    SCTPChunkHeartbeatAck: ("HEARTBEAT_ACK", [], ("information", "params")),
    SCTPChunkAbort: ("ABORT", [], ("causes", "error_causes")),
    SCTPChunkShutdown: ("SHUTDOWN", [("cumulativeTsn", "cumul_tsn_ack")], None),
    SCTPChunkShutdownAck: ("SHUTDOWN_ACK", [], None),
    SCTPChunkError: ("ERROR", [], ("causes", "error_causes")),
    SCTPChunkCookieEcho: ("COOKIE_ECHO", [], ("cookie", "cookie")),
    SCTPChunkCookieAck: ("COOKIE_ACK", [], None),
    SCTPChunkShutdownComplete: ("SHUTDOWN_COMPLETE", [], None),
}
CLASSES = {kind[0]: chunk for chunk, kind in KINDS.items()}
LEAST = {chunk: len(raw(chunk())) for chunk in KINDS}


def chunk_rows(packet):
    """Names and values of each chunk that is all there, and the bytes from the first other one on."""
    data = bytes(packet.payload)
    rows, at, layer = [], 0, packet.payload
    while type(layer) in KINDS and is_whole(layer, data[at:]):
        rows.append(chunk_row(layer, data[at : at + layer.len]))
        at += padded(layer.len)
        layer = layer.payload
    return rows, data[at:]


def padded(length):
    return length + -length % 4


def is_whole(layer, data):
    least, follows = LEAST[type(layer)], KINDS[type(layer)][2]
    if len(data) < least or layer.len < least or (not follows and layer.len > least):
        return False
    padding = data[layer.len : padded(layer.len)]
    return padded(layer.len) <= len(data) and not any(padding)


def chunk_row(layer, data):
    name, numbers, follows = KINDS[type(layer)]
    row = [("type", name), ("flags", f"0x{flags_of(layer):02x}"), ("length", layer.len)]
    row += [(ours, getattr(layer, theirs)) for ours, theirs in numbers]
    return row + ([(follows[0], followers(layer, follows[1], data))] if follows else [])


def followers(layer, name, data):
    """Gaps and repeats are counted, and Scapy keeps them as texts and numbers."""
    if name is None:
        return data[LEAST[type(layer)] :]
    value = layer.getfieldval(name)
    return b"".join(map(raw, value)) if isinstance(value, list) else value


def flags_of(layer):
    """Scapy has names for the bits of some."""
    if isinstance(layer, SCTPChunkData):
        return layer.reserved << 4 | layer.delay_sack << 3 | layer.unordered << 2 | layer.beginning << 1 | layer.ending
    if isinstance(layer, (SCTPChunkAbort, SCTPChunkShutdownComplete)):
        return layer.reserved << 1 | layer.TCB
    return layer.flags


def flag_fields(chunk, flags):
    if chunk is SCTPChunkData:
        names = ("delay_sack", "unordered", "beginning", "ending")
        return {"reserved": flags >> 4, **{name: flags >> 3 - bit & 1 for bit, name in enumerate(names)}}
    if chunk in (SCTPChunkAbort, SCTPChunkShutdownComplete):
        return {"reserved": flags >> 1, "TCB": flags & 1}
    return {"flags": flags}


def chunk_layers(described):
    """One layer for each; lengths are Scapy's own."""
    return [chunk_layer(CLASSES[each["type"]], each) for each in described]


def chunk_layer(chunk, described):
    _, numbers, follows = KINDS[chunk]
    fields = {theirs: described["numbers"][ours] for ours, theirs in numbers}
    data = bytes.fromhex(described["bytes"][follows[0]]) if follows else b""
    if data and not follows[1]:
        raise ValueError("a SACK with gaps cannot be put together here")
    # What Scapy has as a list of layers it takes as bytes, too, if they are read as such a list.
    if data:
        fields[follows[1]] = data if follows[1] in ("data", "cookie") else as_layers(chunk, follows[1], data)
    return chunk(**flag_fields(chunk, described["flags"]), **fields)


def as_layers(chunk, name, data):
    head = raw(chunk())
    whole = head[:2] + (len(head) + len(data)).to_bytes(2, "big") + head[4:] + data
    return chunk(whole).getfieldval(name)
