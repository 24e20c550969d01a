import { expect, it } from 'vitest';
import { insistsOnSignatures, withoutSignature } from './module-signature.ts';

const module = Buffer.from('\x7fELF and so on');

function signed(signatureBytes: number): Buffer {
  const structure = Buffer.alloc(12);
  structure.writeUInt32BE(signatureBytes, 8);
  return Buffer.concat([
    module,
    Buffer.alloc(signatureBytes, 1),
    structure,
    Buffer.from('~Module signature appended~\n'),
  ]);
}

it('cuts off exactly the signature', () => expect(withoutSignature(signed(397))).toEqual(module));

it('leaves an unsigned module alone', () => expect(withoutSignature(module)).toEqual(module));

it('knows a kernel that insists on signatures', () => {
  expect(insistsOnSignatures('CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_FORCE=y\n')).toBe(true);
  expect(insistsOnSignatures('CONFIG_MODULE_SIG=y\n# CONFIG_MODULE_SIG_FORCE is not set\n')).toBe(false);
});
