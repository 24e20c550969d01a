import { expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { printScenarioFile } from './print-scenario.ts';
import { parseScenarioFile } from './scenario-file.ts';

const file = (timeline: string): string => `director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -g -w 1
flows:
  f1: CIP1:40001 > VIP:80
timeline:
${timeline}`;

it('says what its author expects, each time under the step that it follows', () => {
  const text = file(`  - expect: nothing out
  - f1 client > S 0:0(0)
  - expect:
      - to RIP1
      - conntrack none of f1
    when: not reject-reset-closes-conntrack
  - expect: ipvs SYN_RECV
  - +100ms
`);
  const scenario = parseScenarioFile(text, 'x.yaml');
  expect(scenario.expectations!.map(({ after }) => after)).toEqual([0, 1, 1, 1]);
  expect(scenario.timeline).toHaveLength(2);
  expect(printScenarioFile(scenario)).toBe(text);
});

it.each([
  ['  - expect: to RIP999\n', '8:16: "RIP999" is no host; allowed: CIP1'],
  ['  - expect: [to RIP1, to nobody]\n', '8:26: "nobody" is no host'],
  ['  - expect: []\n', '8:13: expect cannot be a list of 0; allowed: at least 1'],
  [
    '  - expect: to RIP1\n    whn: x\n',
    '9:5: "whn" is no key of step 1; allowed: expect, when; did you mean when?',
  ],
  ['  - expect: to RIP1\n    when: faster\n', '9:11: "faster" names no change between kernels'],
  ['  - +1s\n  - expect: ipvs none of f9\n', '8:5: flow f9 is not declared; allowed: f1'],
  ['  - expect: to RIP1\n  - f9 client > S 0:0(0)\n', '9:5: flow f9 is not declared; allowed: f1'],
  ['  - expect: rule INPUT 1 counted\n', '8:13: there is no chain INPUT in table filter; allowed: none, as'],
])('%j is refused where it is wrong', (timeline, message) => {
  const read = () => parseScenarioFile(file(timeline), 'x.yaml');
  expect(read).toThrow(InputError);
  expect(read).toThrow(`x.yaml:${message}`);
});

const withRules = (timeline: string): string =>
  file(timeline).replace(
    'flows:',
    `  rules: |
    *filter
    :INPUT ACCEPT [0:0]
    :web - [0:0]
    -A INPUT -j web
    COMMIT
flows:`,
  );

it.each([
  ['rule INPUT 2 counted', 'filter INPUT has no rule 2 at this step; allowed: 1 to 1'],
  ['rule web 1 silent', 'filter web has no rule 1 at this step; allowed: none; the chain is empty'],
  ['rule wbe 1 silent', 'there is no chain wbe in table filter; allowed: INPUT FORWARD OUTPUT web'],
  ['rule nat OUTPUT 1 silent', 'there is no chain OUTPUT in table nat; allowed: none, as there is no *nat'],
])('%s is refused where the director has no such rule', (fact, message) => {
  const read = () => parseScenarioFile(withRules(`  - +1s\n  - expect: [nothing out, ${fact}]\n`), 'x.yaml');
  expect(read).toThrow(InputError);
  expect(read).toThrow(`x.yaml:15:27: ${message}`);
});

it('knows the rules that commands have made by then', () => {
  const timeline = [
    '  - expect: rule INPUT 1 silent',
    '  - do: iptables -A INPUT -p udp -j DROP',
    '  - do: iptables -I web 1 -j ACCEPT',
    '  - expect: [rule INPUT 2 silent, rule web 1 silent]',
    '  - do: iptables -D INPUT 1',
    '  - expect: rule INPUT 2 silent',
    '',
  ];
  expect(() => parseScenarioFile(withRules(timeline.slice(0, 4).join('\n')), 'x.yaml')).not.toThrow();
  const read = () => parseScenarioFile(withRules(timeline.join('\n')), 'x.yaml');
  expect(read).toThrow('x.yaml:19:13: filter INPUT has no rule 2 at this step; allowed: 1 to 1');
});
