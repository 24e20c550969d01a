import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { Container } from '../directors/container/container.ts';
import { reachableEngine } from '../directors/container/engine.ts';
import { importedImage } from '../directors/container/image.ts';
import { engineForTests } from '../directors/container/private-engine.ts';
import { agentContainer } from '../directors/container/settings.ts';
import { buildAgent } from '../kernels/agent-build.ts';
import { agentPath, directorTree } from '../kernels/guest-image.ts';
import { orderedTree } from '../kernels/guest-tree.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { findScapy } from '../scapy-bridge/find-scapy.ts';
import { neededForTests } from '../system/needed-for-tests.ts';
import { silent } from '../system/progress.ts';
import { exported } from './export-command.ts';
import { withScapyPlayer } from './scapy-player.ts';
import { PLAYER_IMPORTS, scriptPrograms } from './scripts-guest.ts';

/** Scapy injects in a container, on this machine's kernel, which needs no IPVS for what is only forwarded. */

const engine = await engineForTests();
const scapy = await neededForTests('no Scapy', () => findScapy(silent));

const FORWARDED = `title: a router that lets no connection in from the servers' side
director:
  services: ''
  rules: |
    *filter
    :FORWARD DROP [0:0]
    -A FORWARD -i eth0 -j ACCEPT
    COMMIT
flows:
  f1: CIP1:40000 > RIP1:80
  f2: udp CIP1:40001 > RIP1:53
timeline:
  - f1 client > S 0:0(0)
  - expect: to RIP1
  - f1 server > S. 0:0(0) ack 1
  - expect: nothing out
  - f2 client > udp 100
  - expect: to RIP1 ttl 63
`;

/** What a script says, and how it ends. */
async function contained(script: string): Promise<{ said: string; end: string }> {
  const agent = await readFile(await buildAgent(silent));
  const image = await importedImage(
    await reachableEngine(),
    {
      ...{ kind: 'director', key: 'exported-scripts', says: 'an image with Scapy' },
      tree: async () =>
        orderedTree([...(await directorTree(agent)), ...(await scriptPrograms(PLAYER_IMPORTS.scapy))]),
    },
    silent,
  );
  const settings = { ...agentContainer(image, agentPath), Entrypoint: ['/bin/sh'], Cmd: ['-s'] };
  const container = await Container.start(await reachableEngine(), settings);
  try {
    container.stream.end(script);
    const said = await text(container.stream);
    return { said: `${said}${container.complaints.text}`, end: await container.ended };
  } finally {
    await container.close();
  }
}

describe.skipIf(engine === undefined || scapy === undefined)('Scapy in a container', () => {
  it('sends what the model got, and sees what it sends', { timeout: 180_000 }, async () => {
    const { said, end } = await contained(
      withScapyPlayer(exported(parseScenarioFile(FORWARDED, 'case.yaml'))),
    );
    expect(said.match(/^(ok|FAIL) +step \d/gm)).toEqual(['ok   step 1', 'ok   step 2', 'ok   step 3']);
    expect(end).toBe('exit code 0');
  });

  it('says what is otherwise', { timeout: 180_000 }, async () => {
    const open = exported(parseScenarioFile(FORWARDED, 'case.yaml'));
    const script = withScapyPlayer({ ...open, rules: open.rules.replace('FORWARD DROP', 'FORWARD ACCEPT') });
    const { said, end } = await contained(script);
    expect(said).toMatch(/^FAIL step 2[\s\S]*not expected: wire=client/m);
    expect(end).toBe('exit code 1');
  });
});
