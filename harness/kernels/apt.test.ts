import { expect, it } from 'vitest';
import { parseStanza } from './apt.ts';

const stanza = `Package: linux-image-6.12-cloud-amd64
Source: linux-signed-amd64 (6.12.117+1)
Version: 6.12.117-1~deb12u1
Pre-Depends: dpkg (>= 1.17)
Depends: linux-image-6.12.117+deb12-cloud-amd64 (= 6.12.117-1~deb12u1), kmod, initramfs-tools (>= 0.120) | linux-initramfs-tool
Description: Linux for x86-64 cloud (meta-package)
 Package: a line of the description that must not be taken for a field
Size: 1500
SHA256: e7d02b943971edcb8790e256c02cfab3bca6c3d37c1bf25392a57c71300615ee`;

it('reads name, version, dependencies, size and checksum of a package', () => {
  expect(parseStanza(stanza)).toEqual({
    name: 'linux-image-6.12-cloud-amd64',
    version: '6.12.117-1~deb12u1',
    depends: ['dpkg', 'linux-image-6.12.117+deb12-cloud-amd64', 'kmod', 'initramfs-tools'],
    sizeBytes: 1500,
    sha256: 'e7d02b943971edcb8790e256c02cfab3bca6c3d37c1bf25392a57c71300615ee',
  });
});

it('does not take a package that is only mentioned, or installed and no longer offered, for one to download', () => {
  expect(parseStanza('')).toBeUndefined();
  expect(parseStanza('Package: linux-image-old\nVersion: 1\nStatus: install ok installed')).toBeUndefined();
});
