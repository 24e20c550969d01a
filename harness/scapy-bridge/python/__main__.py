"""Answers one JSON line with one JSON line until standard input ends. See README.md for the messages."""

import json
import logging
import platform
import resource
import sys

VERSION = 2

# What hostile captures may make Scapy take; a capture is read packet by packet and needs little of it.
MOST_BYTES = 512 * 1024 * 1024


class InputFault(Exception):
    """What the caller gave cannot be read; the message is for people."""


def operations():
    # Scapy complains about the machine's routes while it is loaded; nobody here asks it to send anything.
    logging.getLogger("scapy").setLevel(logging.CRITICAL)
    from captures import Captures
    from packets import build, dissect

    captures = Captures(InputFault)
    return {
        "hello": hello,
        "usage": usage,
        "open": lambda request: captures.open(request["path"]),
        "next": lambda request: captures.next(request["capture"], request["count"]),
        "close": lambda request: captures.close(request["capture"]),
        "dissect": lambda request: [dissect(bytes.fromhex(frame)) for frame in request["frames"]],
        "build": lambda request: [build(packet).hex() for packet in request["packets"]],
    }


def hello(request):
    import scapy

    return {"version": VERSION, "scapy": scapy.VERSION, "python": platform.python_version()}


def usage(request):
    """What this process has taken since it began; Linux counts memory in KiB."""
    taken = resource.getrusage(resource.RUSAGE_SELF)
    return {"peakBytes": taken.ru_maxrss * 1024, "cpuMs": (taken.ru_utime + taken.ru_stime) * 1000}


def answer(known, line):
    request = json.loads(line)
    try:
        return {"id": request["id"], "ok": known[request["op"]](request)}
    except InputFault as fault:
        return {"id": request["id"], "fault": "input", "message": str(fault)}
    except MemoryError:
        return {"id": request["id"], "fault": "input", "message": "it takes more than 512 MiB of memory to read"}
    except Exception as error:
        return {"id": request["id"], "fault": "bug", "message": f"{type(error).__name__}: {error}"}


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    # Whatever prints to standard output would be taken for an answer.
    out = sys.stdout
    sys.stdout = sys.stderr
    known = operations()
    for line in sys.stdin:
        print(json.dumps(answer(known, line)), file=out, flush=True)


main()
