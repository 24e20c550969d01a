import { colons, type ExportedCase } from './exported.ts';
import { pythonShared, text } from './player.ts';

/**
 * A Python script that plays the scenario's frames with Scapy alone, from a machine that stands on both sides of a
 * director, and says whether what comes out is what the model sends.
 */
export function scapyScript(given: ExportedCase): string {
  return `#!/usr/bin/env python3
# usage: python3 SCRIPT CLIENT-DEVICE SERVER-DEVICE, as root
# Frames that come out are those of the model of lvs-conformance for kernel ${given.kernel}.
# The devices are at the other ends of the director's wires; what the director is set up with stands in SETUP.
import shlex
import sys
import threading
import time

from scapy.layers.l2 import Ether
from scapy.sendrecv import AsyncSniffer, sendp

TITLE = ${text(given.title)}
SETUP = ${text(setupText(given))}
${pythonShared(given)}

def listening(device):
    started = threading.Event()
    sniffer = AsyncSniffer(iface=device, store=True, started_callback=started.set)
    sniffer.start()
    started.wait(5)
    return sniffer


def main(client, server):
    devices = {"client": client, "server": server}
    ours = {bytes.fromhex(frame)[6:12] for _, _, _, sent, _, _, _ in STEPS for _, frame in ([sent] if sent else [])}
    print(TITLE)
    print(SETUP)
    good = True
    for number, says, wait, sent, command, wanted, expected in STEPS:
        sniffers = {name: listening(device) for name, device in devices.items()}
        time.sleep(wait / 1000)
        if command:
            input("on the director: %s\\nthen press Enter " % shlex.join(command))
        if sent:
            link, frame = sent
            sendp(Ether(bytes.fromhex(frame)), iface=devices[link], verbose=False)
        time.sleep(0.1)
        seen = [(name, bytes(each)) for name, sniffer in sniffers.items() for each in sniffer.stop()]
        good &= judge(number, says, wanted, expected, [(name, each) for name, each in seen if each[6:12] not in ours])
    if not good:
        print("what is to come out is what the model sends for kernel ${given.kernel}")
        print("\\n".join(CHANGES) or "it knows no other kernel that sends other frames")
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python3 %s CLIENT-DEVICE SERVER-DEVICE" % sys.argv[0])
    sys.exit(main(*sys.argv[1:]))
`;
}

function setupText({
  services,
  iptables,
  rules,
  routing,
  baseSysctls,
  sysctls,
  links,
  vips,
}: ExportedCase): string {
  return [
    ...links.flatMap(({ name, mac, address, mtu, hosts }) => [
      `${name} wire: the director's device has MAC ${colons(mac)}, address ${address}, MTU ${mtu}`,
      ...hosts.map(
        (host) => `  ${host.name} is ${host.address} at ${colons(host.mac)}, as ip neigh says nud permanent`,
      ),
    ]),
    ...vips.map((vip) => `the director has ${vip}/32`),
    routing,
    services,
    ...(rules === '' ? [] : [`${iptables}-restore:`, rules]),
    ...[...baseSysctls, ...sysctls].map(({ name, value }) => `${name} = ${value}`),
  ].join('\n');
}
