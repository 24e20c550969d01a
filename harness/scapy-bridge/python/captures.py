"""Captures, pcap and pcapng, compressed or not, as raw link-layer frames."""

import os
import struct

from scapy.utils import RawPcapNgReader, RawPcapReader

INBOUND, OUTBOUND = 1, 2
IF_NAME, EPB_FLAGS, END = 2, 2, 0

# More than the longest link-layer frame of any kind that Linux captures.
LONGEST_FRAME = 262144


class NgReader(RawPcapNgReader):
    """Scapy's reader of pcapng, which passes over names of interfaces, directions, and interfaces of a new section."""

    def __init__(self, *args):
        self.names = []
        self.last = {}
        super().__init__(*args)

    def _read_block_shb(self):
        self.interfaces = []
        self.names = []
        super()._read_block_shb()

    def _read_block_idb(self, block, size):
        super()._read_block_idb(block, size)
        name = self._option(block[8:], IF_NAME) or b""
        self.names.append(name.decode("utf-8", "replace"))

    def _read_block_epb(self, block, size):
        interface, _, _, captured, _ = struct.unpack(self.endian + "5I", block[:20].ljust(20, b"\0"))
        flags = self._option(block[20 + captured + -captured % 4 :], EPB_FLAGS) or b""
        word = struct.unpack(self.endian + "I", flags)[0] if len(flags) == 4 else 0
        name = self.names[interface] if interface < len(self.names) else ""
        self.last = {"interface": name, "direction": {INBOUND: "in", OUTBOUND: "out"}.get(word & 3)}
        return super()._read_block_epb(block, size)

    def _option(self, options, wanted):
        while len(options) >= 4:
            code, length = struct.unpack(self.endian + "HH", options[:4])
            if code == END:
                return None
            if code == wanted:
                return options[4 : 4 + length]
            options = options[4 + length + -length % 4 :]
        return None


class Captures:
    def __init__(self, fault):
        self.fault = fault
        self.opened = {}
        self.number = 0

    def open(self, path):
        try:
            with open(path, "rb") as file:
                if not os.path.isfile(path):
                    raise self.fault("this is no ordinary file")
                if not file.read(1):
                    raise self.fault("the file is empty")
            # The class chooses by the first bytes; its own reader of pcapng is then exchanged for ours.
            plain = RawPcapReader(path)
            reader = plain if not isinstance(plain, RawPcapNgReader) else self._ng(plain, path)
        except OSError as error:
            raise self.fault(error.strerror or "it cannot be read") from error
        except self.fault:
            raise
        except Exception as error:
            raise self.fault("this is no capture; pcap and pcapng can be read, also compressed with gzip") from error
        self.number += 1
        self.opened[self.number] = reader
        return {"capture": self.number}

    @staticmethod
    def _ng(plain, path):
        plain.f.close()
        filename, file, magic = RawPcapReader.open(path)
        reader = NgReader.__new__(NgReader, filename, file, magic)
        reader.__init__(filename, file, magic)
        return reader

    def next(self, capture, count):
        """Up to so many frames; the capture ends with `done`, and with `cut` in the middle of something."""
        reader = self.opened[capture]
        frames = []
        while len(frames) < count:
            try:
                data, metadata = reader._read_packet(LONGEST_FRAME)
            except EOFError:
                return {"frames": frames, "done": True, "cut": self._rest(reader)}
            except (struct.error, ValueError, OSError, IndexError):
                return {"frames": frames, "done": True, "cut": True}
            frames.append(self._frame(reader, data, metadata))
            if len(data) < min(getattr(metadata, "caplen", 0), LONGEST_FRAME):
                return {"frames": frames, "done": True, "cut": True}
        return {"frames": frames, "done": False, "cut": False}

    @staticmethod
    def _rest(reader):
        try:
            return len(reader.f.read(1)) > 0
        except (OSError, EOFError, ValueError):
            return True

    @staticmethod
    def _frame(reader, data, metadata):
        if isinstance(reader, NgReader):
            ticks = ((metadata.tshigh or 0) << 32) | (metadata.tslow or 0)
            microseconds = ticks * 1_000_000 // metadata.tsresol
            about = {"linktype": metadata.linktype, **reader.last}
        else:
            fraction = metadata.usec // 1000 if reader.nano else metadata.usec
            microseconds = metadata.sec * 1_000_000 + fraction
            about = {"linktype": reader.linktype, "interface": "", "direction": None}
        return {"data": data.hex(), "microseconds": str(microseconds), **about}

    def close(self, capture):
        self.opened.pop(capture).close()
        return {}
