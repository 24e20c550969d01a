import { colons, type ExportedCase, type ExportedLink, type Sysctl } from './exported.ts';
import { COMPARISON, pythonChanges, pythonSteps, STEP_SHAPE, text } from './player.ts';

/**
 * A script for any Linux box with ip, ipvsadm, iptables and python3: a network namespace for the director, its two
 * wires, the frames, and whether what comes out is what the model sends. What a scenario says stands in quoted here
 * documents or quoted words: no shell reads it.
 */
export function shellScript(given: ExportedCase): string {
  const { title, kernel, services, rules, routing, baseSysctls, sysctls, links, vips } = given;
  return `#!/bin/sh
# ${oneLine(title)}
# Frames that come out are those of the model of lvs-conformance for kernel ${kernel}.
# usage: sh SCRIPT, as root; it needs ip, ipvsadm, iptables and python3, and leaves nothing behind
set -eu
NS=lvs-case-$$
FOLDER=$(mktemp -d)
trap 'ip netns del "$NS" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT INT TERM
ip netns add "$NS"
in_ns() { ip netns exec "$NS" "$@"; }
# Their settings are there once they are.
modprobe -qa ip_vs nf_conntrack 2>/dev/null || true
in_ns ip link set lo up
${baseSysctls.map(sysctlLine).join('')}${links.map(linkLines).join('')}${vips.map((vip) => `in_ns ip addr add ${quoted(`${vip}/32`)} dev ${quoted(links[0]!.device)}\n`).join('')}${routing.split('\n').map(routingLine).join('')}${sysctls.map(sysctlLine).join('')}cat > "$FOLDER/services" <<'LVS-CASE-END'
${services}LVS-CASE-END
[ ! -s "$FOLDER/services" ] || in_ns ipvsadm -R < "$FOLDER/services"
cat > "$FOLDER/rules" <<'LVS-CASE-END'
${rules}LVS-CASE-END
[ ! -s "$FOLDER/rules" ] || in_ns iptables-restore < "$FOLDER/rules"
cat > "$FOLDER/player.py" <<'LVS-CASE-END'
${player(given)}LVS-CASE-END
in_ns python3 "$FOLDER/player.py"
`;
}

function sysctlLine({ name, value, mayBeMissing }: Sysctl): string {
  const otherwise = mayBeMissing ? 'true' : `echo ${quoted(`no sysctl ${name} here`)} >&2`;
  return `in_ns sysctl -qw ${quoted(`${name}=${value}`)} 2>/dev/null || ${otherwise}\n`;
}

/** Its words are those that our printer writes: none has a blank in it. */
function routingLine(line: string): string {
  return line === '' ? '' : `in_ns ${line.split(' ').map(quoted).join(' ')}\n`;
}

function linkLines({ device, mac, mtu, address, hosts }: ExportedLink): string {
  const far = quoted(`far-${device}`);
  return [
    `in_ns ip link add ${quoted(device)} address ${colons(mac)} mtu ${mtu} type veth peer name ${far}`,
    `in_ns ip addr add ${quoted(address)} dev ${quoted(device)}`,
    `in_ns ip link set ${quoted(device)} up`,
    `in_ns ip link set ${far} up`,
    ...hosts.map(
      (host) =>
        `in_ns ip neigh replace ${host.address} lladdr ${colons(host.mac)} dev ${quoted(device)} nud permanent`,
    ),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** One word of a shell, whatever is in it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
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
${STEP_SHAPE}
STEPS = [
${pythonSteps(given)}]
# What differs between kernels that shows in these frames.
CHANGES = [
${pythonChanges(given)}]
${COMPARISON}

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
        subprocess.run(command, check=False)
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
