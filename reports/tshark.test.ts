import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../harness/system/find-program.ts';
import { testFolders } from '../harness/system/test-folders.ts';
import { captureOf } from './pcapng.ts';
import { SAMPLE_RUN } from './sample-run.ts';

const freshFolder = testFolders();
const FIELDS = ['frame.interface_name', 'ip.ttl', 'frame.comment'];

describe.skipIf(!findProgram('tshark'))('a capture in tshark', () => {
  it('has a comment with verdict or states on every packet', async () => {
    const file = join(await freshFolder(), 'model.pcapng');
    writeFileSync(file, captureOf(SAMPLE_RUN.findings[0]!, 'model'));

    const args = ['-r', file, '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])];
    const { stdout } = spawnSync(findProgram('tshark')!, args, { encoding: 'utf8' });

    expect(stdout.trimEnd().split('\n')).toEqual([
      'client\t64\tstep 1: f1 client > S 0:0(0) win 64240; NF_STOLEN by ip_vs_in_hook at NF_INET_LOCAL_IN',
      'server\t63\tstep 1: f1 client > S 0:0(0) win 64240; the model sent frame 1 to server',
    ]);
  });
});
