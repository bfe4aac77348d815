// PUBLISH: 3.3. DUP, QoS and RETAIN stand in the first byte; a Packet Identifier follows the topic when QoS is above 0.

import { bit, bitField, type Draft, field } from '../layout.js';
import { properties } from '../properties.js';
import { rest, u16, utf8 } from '../values.js';
import { qosMeaning } from './connect.js';

export const PUBLISH_HEADER = [
  bit(3, 'dup', 'DUP', { section: '3.3.1.1' }),
  bitField(2, 1, 'qos', 'QoS', { section: '3.3.1.2', meaning: qosMeaning }),
  bit(0, 'retain', 'RETAIN', { section: '3.3.1.3' }),
];

const hasPacketId = (packet: Draft): boolean => (packet.qos as number) > 0;

export const PUBLISH = [
  field('topic', 'Topic Name', utf8, { section: '3.3.2.1' }),
  field('packetId', 'Packet Identifier', u16, { when: hasPacketId, section: '3.3.2.2' }),
  properties('PUBLISH', { section: '3.3.2.3' }),
  field('payload', 'Payload', rest, { section: '3.3.3' }),
];
