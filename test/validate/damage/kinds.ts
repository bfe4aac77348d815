// All kinds of damage, and the recorded sessions that are damaged: those in which nobody breaks the specification.

import { AGREEMENTS } from './agreements.js';
import { ANSWERS } from './answers.js';
import { CONTENT } from './content.js';
import { DELIVERIES } from './deliveries.js';
import { EXCHANGES } from './exchanges.js';
import { FORM } from './form.js';
import { PROPERTIES } from './properties.js';
import type { Recorded } from './session.js';
import type { Group } from './table.js';

export const GROUPS: readonly Group[] = [
  { title: 'Form', kinds: FORM },
  { title: 'Content', kinds: CONTENT },
  { title: 'Properties', kinds: PROPERTIES },
  { title: 'Answers', kinds: ANSWERS },
  { title: 'Exchanges', kinds: EXCHANGES },
  { title: 'Agreements', kinds: AGREEMENTS },
  { title: 'Deliveries', kinds: DELIVERIES },
];
export const KINDS = GROUPS.flatMap(({ kinds }) => kinds);

const MENDED: readonly string[] = ['maximumQos', 'responseInformation', 'sharedSubscriptionAvailable'];

export const RECORDED: readonly Recorded[] = [
  { name: 'auth-scripted-server-v5.pcap' },
  { name: 'many-clients.pcap' },
  { name: 'not-authorised-v311.pcap' },
  { name: 'pings-v311.pcap' },
  { name: 'pings-v5.pcap' },
  { name: 'properties-mosquitto-v5.pcap' },
  { name: 'properties-mqttjs-v5.pcap' },
  {
    name: 'properties-scripted-server-v5.pcap',
    // Its CONNACK has Maximum QoS 2 (3.2.2.3.4), Response Information unasked (3.1.2.11.6), and no shared subscriptions,
    // for which the client asks all the same.
    mend: (packet) =>
      packet.type === 'CONNACK'
        ? { ...packet, properties: packet.properties!.filter(({ name }) => !MENDED.includes(name)) }
        : undefined,
  },
  { name: 'qos-mosquitto-v31.pcap' },
  { name: 'qos-mosquitto-v311.pcap' },
  { name: 'qos-mosquitto-v5.pcap' },
  { name: 'qos-mqttjs-v31.pcap' },
  { name: 'qos-mqttjs-v311.pcap' },
  { name: 'qos-mqttjs-v5.pcap' },
  { name: 'refused-client-id-v311.pcap' },
  { name: 'refused-codes-scripted-server-v311.pcap' },
  { name: 'refused-login-v31-v311.pcap' },
  { name: 'refused-login-v5.pcap' },
  { name: 'retained-v311.pcap' },
  { name: 'session-resumed-v311.pcap' },
  { name: 'session-resumed-v5.pcap' },
  { name: 'shared-subscription-v5.pcap' },
  { name: 'thermostat.pcapng' },
  { name: 'topic-alias-both-ways-scripted-server-v5.pcap' },
  { name: 'topic-alias-v5.pcap' },
  { name: 'utf8-v311.pcap' },
  { name: 'websocket-v31.pcap' },
  { name: 'will-delay-v5.pcap' },
  { name: 'will-v31.pcap' },
  { name: 'will-v311.pcap' },
];
