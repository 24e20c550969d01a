import type { VirtualService } from '../../spec/config/services.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { ISAKMP_PORT, NEIGHBOURS, OWN, VIPS } from '../addresses.ts';
import type { Feature } from './feature.ts';

const services = (is: (service: VirtualService) => boolean) => (scenario: Scenario) =>
  scenario.director.services.some(is);

const dests = (is: (dest: VirtualService['dests'][number]) => boolean) =>
  services((service) => service.dests.some(is));

const sysctl = (name: string, value: number) => (scenario: Scenario) =>
  scenario.director.sysctls[name] === value;

const command = (op: string) => (scenario: Scenario) =>
  scenario.timeline.some((item) => item.kind === 'do' && 'op' in item.command && item.command.op === op);

/** What services other than those of TCP, address and port bring about. */
export const SERVICE_FEATURES: Readonly<Record<string, Feature>> = {
  'a UDP service': { perMille: 200, in: services(({ protocol }) => protocol === 'udp') },
  'a service for ISAKMP': { perMille: 20, in: services(({ port }) => port === ISAKMP_PORT) },
  'one-packet scheduling': { perMille: 60, in: services(({ onePacket }) => onePacket === true) },
  'persistent UDP': {
    perMille: 15,
    in: services(({ protocol, persistence }) => protocol === 'udp' && persistence !== undefined),
  },
  'a datagram to its service': {
    perMille: 100,
    in: ({ director, flows }) =>
      Object.values(flows).some(
        (flow) =>
          flow.protocol === 'udp' &&
          director.services.some((one) => one.protocol === 'udp' && one.address === flow.service.address),
      ),
  },
  'rules of iptables-nft': {
    perMille: 80,
    in: ({ director }) => director.iptables === 'nft' && director.rules.tables.length > 0,
  },
  'a service by mark': { perMille: 90, in: services(({ protocol }) => protocol === 'fwm') },
  'a service by mark beside one by address': {
    perMille: 40,
    in: (one) =>
      services(({ protocol }) => protocol === 'fwm')(one) &&
      services(({ protocol }) => protocol !== 'fwm')(one),
  },
  'persistence by mark': {
    perMille: 8,
    in: services(({ protocol, persistence }) => protocol === 'fwm' && persistence !== undefined),
  },
  'packets dropped on purpose': { perMille: 6, in: sysctl('net.ipv4.vs.drop_packet', 3) },
  'masquerading from the port of FTP': {
    perMille: 25,
    in: ({ director }) =>
      director.services.some(
        ({ protocol, port, dests }) =>
          protocol === 'tcp' && port === 21 && dests.some(({ forward }) => forward === 'masq'),
      ),
  },
  'a line of FTP': {
    perMille: 40,
    in: ({ timeline }) => timeline.some((item) => item.kind === 'segment' && item.text !== undefined),
  },
  'a connection that the server opens': {
    perMille: 8,
    in: ({ flows }) => Object.values(flows).some((flow) => flow.with !== undefined),
  },
  'an SCTP service': { perMille: 40, in: services(({ protocol }) => protocol === 'sctp') },
  'an association established': {
    perMille: 15,
    in: ({ timeline }) => timeline.some((item) => item.kind === 'sctp' && item.chunks.includes('COOKIE_ACK')),
  },
  'real servers among the clients': {
    perMille: 40,
    in: dests(({ address }) => NEIGHBOURS.includes(address)),
  },
  'the director as its own real server': {
    perMille: 50,
    in: dests(({ address }) => OWN.includes(address) || VIPS.includes(address)),
  },
  'a dest behind a tunnel': { perMille: 130, in: dests(({ forward }) => forward === 'tunnel') },
  'a tunnel by UDP': { perMille: 50, in: dests(({ encapsulation }) => encapsulation?.type === 'gue') },
  'a tunnel by GRE': { perMille: 35, in: dests(({ encapsulation }) => encapsulation?.type === 'gre') },
  'a tunnel with checksums': {
    perMille: 40,
    in: dests(({ encapsulation }) => encapsulation !== undefined && encapsulation.checksum !== 'nocsum'),
  },
  'tunnelled packets cut': { perMille: 15, in: sysctl('net.ipv4.vs.pmtu_disc', 0) },
  'counters zeroed': { perMille: 10, in: command('zero') },
};
