import { colons, type ExportedCase, type ExportedLink, type Sysctl } from './exported.ts';
import { pythonShared, text } from './player.ts';

/**
 * A script for any Linux box with ip, ipvsadm, iptables and python3: a network namespace for the director, its two
 * wires, the frames, and whether what comes out is what the model sends. What a scenario says stands in quoted here
 * documents: no shell reads it.
 */
export function shellScript(given: ExportedCase): string {
  const { title, kernel, services, iptables, rules, baseSysctls, sysctls, links } = given;
  return `#!/bin/sh
# ${oneLine(title)}
# Frames that come out are those of the model of lvs-conformance for kernel ${kernel}.
# usage: sh SCRIPT, as root; it needs ip, ipvsadm, ${iptables} and python3, and leaves nothing behind
set -eu
NS=lvs-case-$$
FOLDER=$(mktemp -d)
trap 'ip netns del "$NS" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT INT TERM
ip netns add "$NS"
in_ns() { ip netns exec "$NS" "$@"; }
# Their settings are there once they are.
modprobe -qa ip_vs nf_conntrack 2>/dev/null || true
${sysctlLines(baseSysctls)}ip -n "$NS" -batch - <<'LVS-CASE-END'
link set lo up
${[...links.flatMap(linkLines), ...vipLines(given), ...routingLines(given)].map((line) => `${line}\n`).join('')}LVS-CASE-END
${sysctlLines(sysctls)}cat > "$FOLDER/services" <<'LVS-CASE-END'
${services}LVS-CASE-END
[ ! -s "$FOLDER/services" ] || in_ns ipvsadm -R < "$FOLDER/services"
cat > "$FOLDER/rules" <<'LVS-CASE-END'
${rules}LVS-CASE-END
[ ! -s "$FOLDER/rules" ] || in_ns ${iptables}-restore < "$FOLDER/rules"
cat > "$FOLDER/player.py" <<'LVS-CASE-END'
${player(given)}LVS-CASE-END
in_ns python3 "$FOLDER/player.py"
`;
}

/** One program sets them all. It complains about those that it does not find, unless nobody needs them. */
function sysctlLines(sysctls: readonly Sysctl[]): string {
  return [false, true]
    .map((mayBeMissing) => ({
      flags: mayBeMissing ? '-qe' : '-q',
      mine: sysctls.filter((one) => one.mayBeMissing === mayBeMissing),
    }))
    .filter(({ mine }) => mine.length > 0)
    .map(
      ({ flags, mine }) => `cat > "$FOLDER/sysctls" <<'LVS-CASE-END'
${mine.map(({ name, value }) => `${name} = ${value}\n`).join('')}LVS-CASE-END
in_ns sysctl ${flags} -p "$FOLDER/sysctls" || true
`,
    )
    .join('');
}

/** What ip reads has one command a line; none of its words has a blank in it. */
function routingLines({ routing }: ExportedCase): string[] {
  return routing
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^ip /, ''));
}

function vipLines({ vips, links }: ExportedCase): string[] {
  return vips.map((vip) => `addr add ${vip}/32 dev ${links[0]!.device}`);
}

function linkLines({ device, mac, mtu, address, hosts }: ExportedLink): string[] {
  return [
    `link add ${device} address ${colons(mac)} mtu ${mtu} type veth peer name far-${device}`,
    `addr add ${address} dev ${device}`,
    `link set ${device} up`,
    `link set far-${device} up`,
    ...hosts.map(
      (host) => `neigh replace ${host.address} lladdr ${colons(host.mac)} dev ${device} nud permanent`,
    ),
  ];
}

function oneLine(title: string): string {
  return title.replace(/[^\x20-\x7e]+/g, ' ');
}

/** Python without any package: raw sockets on the far ends of the wires. */
function player(given: ExportedCase): string {
  return `import os
import socket
import subprocess
import sys
import time

KERNEL = ${text(given.kernel)}
DEVICES = {${given.links.map(({ name, device }) => `${text(name)}: ${text(`far-${device}`)}`).join(', ')}}
${pythonShared(given)}

def opened(device):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.bind((device, 0))
    wire.settimeout(0.05)
    return wire


def heard(wires):
    frames = []
    for link, wire in wires.items():
        while True:
            try:
                frame, address = wire.recvfrom(65535)
            except socket.timeout:
                break
            # What we sent ourselves is seen as well.
            if address[2] != socket.PACKET_OUTGOING:
                frames.append((link, frame))
    return frames


wires = {link: opened(device) for link, device in DEVICES.items()}
good = True
for number, says, wait, sent, command, wanted, expected in STEPS:
    time.sleep(wait / 1000)
    if command:
        sys.stdout.flush()
        subprocess.run(command, check=False, stderr=subprocess.STDOUT)
    if sent:
        link, frame = sent
        wires[link].send(bytes.fromhex(frame))
        time.sleep(0.05)
    good &= judge(number, says, wanted, expected, heard(wires))
if not good:
    print("this is kernel %s; what is to come out is what the model sends for %s" % (os.uname().release, KERNEL))
    print("\\n".join(CHANGES) or "it knows no other kernel that sends other frames")
sys.exit(0 if good else 1)
`;
}
