// Protocol Name and Level of CONNECT (3.1.2.1, 3.1.2.2; 3.1: 2.2). The level chooses the version that the rest is read
// by, so the name is compared with that of the version.

import { BRIDGE_BIT, PROTOCOLS, type Version, versionOfLevel } from '../../spec/versions.js';
import { accuse } from '../doubt.js';
import { quoted } from '../quoted.js';
import { frameRule, type RuleSet } from '../rule.js';

const NAMES: ReadonlyMap<Version, string> = new Map(
  PROTOCOLS.map(({ version, protocolName }) => [version, protocolName]),
);

export const CONNECT_PROTOCOL: RuleSet = {
  rules: [
    frameRule({
      name: 'connect-protocol-name',
      refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-1'], '5.0': ['MQTT-3.1.2-1'] },
      party: 'client',
      hint: 'send "MQTT" with level 4 or 5, "MQIsdp" with level 3, in exactly these letters',
      due: 0x84,
      on: ['CONNECT'],
      check({ protocolName, protocolLevel }, verdict, event) {
        if (protocolName === undefined || protocolLevel === undefined) return;
        const right = NAMES.get(event.frame.version)!;
        if (protocolName === right) verdict.hold();
        else {
          const message = `the Protocol Name is ${quoted(protocolName)}, with level ${protocolLevel} it is "${right}"`;
          accuse(verdict, event, { message, path: 'connect.protocolName' });
        }
      },
      violates: [
        {
          title: 'the name of 3.1.1 with the level of 3.1',
          transcript: '> 10 { "MQTT" 03 02 003c "c1" }\nfin <',
          versions: ['3.1'],
          frame: 1,
          at: 4,
          length: 4,
        },
        {
          title: 'the name of 3.1 with the level of a later version',
          transcript: '> 10 { "MQIsdp" 4:04 5:05 02 003c p "c1" }\nfin <',
          versions: ['3.1.1', '5.0'],
          frame: 1,
          at: 4,
          length: 6,
        },
        {
          title: 'small letters',
          transcript: '> 10 { "mqtt" 4:04 5:05 02 003c p "c1" }\nfin <',
          versions: ['3.1.1', '5.0'],
          frame: 1,
          at: 4,
          length: 4,
        },
      ],
      complies: [
        { title: 'name and level of one version', transcript: '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p }' },
      ],
    }),
    frameRule({
      name: 'connect-protocol-level',
      refs: { '3.1': ['§2.2'], '3.1.1': ['§3.1.2.2'], '5.0': ['§3.1.2.2'] },
      party: 'client',
      hint: 'send level 3 (3.1), 4 (3.1.1) or 5 (5.0)',
      due: 0x84,
      on: ['CONNECT'],
      check({ protocolName, protocolLevel }, verdict, event) {
        // Another protocol has levels of its own; its name is what is wrong then.
        if (protocolLevel === undefined || protocolName !== NAMES.get(event.frame.version)) return;
        if (versionOfLevel(protocolLevel) !== undefined) verdict.hold();
        else {
          const message = `the Protocol Level is ${protocolLevel}, which no version of MQTT has`;
          accuse(verdict, event, { message, path: 'connect.protocolLevel' });
        }
      },
      violates: [
        {
          title: 'level 9 of MQIsdp',
          transcript: '> 10 { "MQIsdp" 09 02 003c "c1" }\nfin <',
          versions: ['3.1'],
          frame: 1,
          at: 10,
          length: 1,
        },
        {
          title: 'level 2',
          transcript: '> 10 { "MQTT" 02 02 003c "c1" }\n< 20 02 0001\nfin <',
          versions: ['3.1.1'],
          frame: 1,
          at: 8,
          length: 1,
        },
        {
          title: 'level 6',
          transcript: '> 10 { "MQTT" 06 02 003c 00 "c1" }\n< 20 03 008400\nfin <',
          versions: ['5.0'],
          frame: 1,
          at: 8,
          length: 1,
        },
      ],
      complies: [{ title: 'a level that exists', transcript: '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p }' }],
    }),
    frameRule({
      name: 'connect-bridge-bit',
      refs: { '3.1': ['§2.2'], '3.1.1': ['§3.1.2.2'], '5.0': ['§3.1.2.2'] },
      level: 'note',
      party: 'client',
      hint: 'nothing to do for a bridge of mosquitto; another server may refuse it (try_private false turns it off)',
      on: ['CONNECT'],
      check({ protocolLevel }, verdict, event) {
        if (protocolLevel === undefined || versionOfLevel(protocolLevel) === undefined) return;
        if ((protocolLevel & BRIDGE_BIT) === 0) verdict.hold();
        else {
          const level = protocolLevel & ~BRIDGE_BIT;
          const message = `the Protocol Level is ${protocolLevel}: ${level} with the bit by which bridges of mosquitto show what they are`;
          accuse(verdict, event, { message, path: 'connect.protocolLevel' });
        }
      },
      violates: [
        {
          title: 'level 0x83',
          transcript: '> 10 { "MQIsdp" 83 02 003c "c1" }\n< 20 02 0000',
          versions: ['3.1'],
          frame: 1,
          at: 10,
          length: 1,
        },
        {
          title: 'level 0x84',
          transcript: '> 10 { "MQTT" 4:84 5:85 02 003c p "c1" }\n< 20 { 00 00 p }',
          versions: ['3.1.1', '5.0'],
          frame: 1,
          at: 8,
          length: 1,
        },
      ],
      complies: [{ title: 'a level without the bit', transcript: '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p }' }],
    }),
  ],
  unjudged: [],
};
