import { expect, it } from 'vitest';
import { parsePackages } from './offered-package.ts';

const list = `Package: linux-doc
Version: 6.1.192-2
Filename: pool/main/l/linux/linux-doc_6.1.192-2_all.deb

Package: linux-image-6.12.117+deb12-cloud-amd64
Source: linux-signed-amd64 (6.12.117+1)
Version: 6.12.117-1~deb12u1
Pre-Depends: linux-base (>= 4.12~)
Depends: kmod, linux-modules-6.12.117+deb12-cloud-amd64 (= 6.12.117-1~deb12u1), initramfs-tools (>= 0.120) | linux-initramfs-tool
Description: Linux for x86-64 cloud
 Package: a line of the description that must not be taken for a field
Filename: pool/main/l/linux-signed-amd64/linux-image-6.12.117+deb12-cloud-amd64_6.12.117-1~deb12u1_amd64.deb
Size: 1500
SHA256: e7d02b943971edcb8790e256c02cfab3bca6c3d37c1bf25392a57c71300615ee

Package: linux-image-6.12.117+deb12-cloud-amd64-dbg
Version: 6.12.117-1~deb12u1

Package: linux-base
Version: 4.9
Filename: pool/main/l/linux-base/linux-base_4.9_all.deb
Size: 34
SHA256: 00
`;

it('reads the kernel packages of a list, without those for debugging', () => {
  const packages = parsePackages(list, { repository: 'http://mirror.example/debian', suite: 'bookworm' });
  expect(packages.map(({ name }) => name)).toEqual(['linux-image-6.12.117+deb12-cloud-amd64', 'linux-base']);
  expect(packages[0]).toEqual({
    name: 'linux-image-6.12.117+deb12-cloud-amd64',
    version: '6.12.117-1~deb12u1',
    source: 'linux-signed-amd64',
    depends: ['linux-base', 'kmod', 'linux-modules-6.12.117+deb12-cloud-amd64', 'initramfs-tools'],
    uri: 'http://mirror.example/debian/pool/main/l/linux-signed-amd64/linux-image-6.12.117+deb12-cloud-amd64_6.12.117-1~deb12u1_amd64.deb',
    sizeBytes: 1500,
    sha256: 'e7d02b943971edcb8790e256c02cfab3bca6c3d37c1bf25392a57c71300615ee',
    suite: 'bookworm',
  });
  expect(packages[1]).toMatchObject({ source: 'linux-base', depends: [] });
});

it('finds nothing in an empty list', () => {
  expect(parsePackages('', { repository: 'http://mirror.example/debian/', suite: 'sid' })).toEqual([]);
});
