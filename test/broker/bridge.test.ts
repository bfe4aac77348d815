// Bridges: how they connect, what goes over them and how, what happens when the other broker is not there.

import { describe, expect, it } from 'vitest';
import type { Version } from '../../src/spec/versions.js';
import { bridgeDialogue } from './bridge-dialogue.js';

const ALL: readonly Version[] = ['3.1', '3.1.1', '5.0'];
/** Without what is not looked at. */
const QUIET = 'address other:1\nnotifications false\nbridge_attempt_unsubscribe false\nbridge_max_topic_alias 0\n';
/** Properties of CONNECT: the session is kept, packets of up to 16 MiB. */
const KEEPS = 'p{ 5:11 5:ffffffff 5:27 5:01000000 }';
/** Level with the bit of a bridge. */
const CONNECTS = (version: Version): string => {
  const name = { '3.1': '"MQIsdp" 83', '3.1.1': '"MQTT" 84', '5.0': '"MQTT" 05' }[version];
  return `dials other:1\nopened\nr< 10 { ${name} 00 003c ${KEEPS} "b" }\n`;
};
const NEW = 'r> 20 { 00 00 p }\n';
const joins = (n: number, id: string): string => `${n}> 10 { proto 02 003c "${id}" }\n${n}< 20 { 00 00 }\n`;
/** Options byte: what 5.0 adds are No Local and Retain As Published. */
const into = (id: string, filter: string, qos: number): string =>
  `82 { ${id} p "${filter}" ${qos === 0 ? '4:00 5:0c' : qos === 1 ? '4:01 5:0d' : '4:02 5:0e'} }`;

describe.each(ALL)('MQTT %s', (version) => {
  const out = `${QUIET}topic l/# out 2 "" r/`;

  it('connects, says that it is there, and asks for what comes in', () => {
    const level = { '3.1': '"MQIsdp" 83', '3.1.1': '"MQTT" 84', '5.0': '"MQTT" 05' }[version];
    bridgeDialogue(
      version,
      `address other:1
       topic a/# in 1
       topic b out 0
       notification_topic s
       remote_username u
       remote_password p`,
      `dials other:1
       ${joins(1, 'c')}
       1> 82 { 0001 "s" 01 }
       1< 90 { 0001 01 }  33 { "s" 0001 '0' }
       1> 40 { 0001 }
       opened
       r< 10 { ${level} ec 003c p{ 5:11 5:ffffffff 5:27 5:01000000 5:22 5:000a } "b" p "s" 0001 '0' "u" "p" }
       ${NEW}
       r< ${into('ffff', 'a/#', 1)}  a2 { fffe p "b" }  33 { "s" fffd p '1' }
       r> 90 { ffff p 01 }
       r> b0 { fffe p 5:00 }
       r> 40 { fffd }
       1< 32 { "s" 0002 '1' }
       1> 40 { 0002 }
       stop
       r< 31 { "s" p '0' }  e0 00
       closed
       1< 32 { "s" 0003 '0' }`,
    );
  });

  it('takes messages out under their identifiers, done when the other broker says so', () => {
    bridgeDialogue(
      version,
      out,
      `${CONNECTS(version)}
       ${NEW}
       ${joins(1, 'c')}
       1> 30 { "l/0" 'zero' }
       r< 30 { "r/l/0" p 'zero' }
       1> 32 { "l/1" 0007 'one' }
       1< 40 { 0007 }
       r< 32 { "r/l/1" 0001 p 'one' }
       1> 34 { "l/2" 0008 'two' }
       1< 50 { 0008 }
       r< 34 { "r/l/2" 0002 p 'two' }
       r> 50 { 0002 }
       r< 62 { 0002 }
       r> 40 { 0001 }
       r> 70 { 0002 }
       1> 33 { "l/3" 0009 'kept' }
       1< 40 { 0009 }
       r< 33 { "r/l/3" 0003 p 'kept' }
       r> 40 { 0003 }
       1> 32 { "other" 000a 'stays' }
       1< 40 { 000a }`,
    );
  });

  it('takes messages in, acknowledged when they are safe here, and sends none back', () => {
    bridgeDialogue(
      version,
      `${QUIET}topic # both 2 l/ r/`,
      `${CONNECTS(version)}
       ${NEW}
       r< ${into('ffff', 'r/#', 2)}
       r> 90 { ffff p 02 }
       ${joins(1, 'c')}
       1> 82 { 0001 "l/#" 02 }
       1< 90 { 0001 02 }
       r> 30 { "r/0" p 'zero' }
       1< 30 { "l/0" 'zero' }
       r> 33 { "r/1" 0005 p 'one' }
       1< 32 { "l/1" 0001 'one' }
       r< 40 { 0005 }
       1> 40 { 0001 }
       r> 34 { "r/2" 0006 p 'two' }
       1< 34 { "l/2" 0002 'two' }
       r< 50 { 0006 }
       r> 62 { 0006 }
       r< 70 { 0006 }
       r> 32 { "x" 0007 p 'not asked for' }
       r< 40 { 0007 }`,
    );
  });

  it('sends again what was not acknowledged, and what came meanwhile', () => {
    bridgeDialogue(
      version,
      `${out}\nrestart_timeout 3`,
      `${CONNECTS(version)}
       ${NEW}
       ${joins(1, 'c')}
       1> 32 { "l/1" 0001 'one' }  34 { "l/2" 0002 'two' }  34 { "l/3" 0003 'three' }
       1< 40 { 0001 }  50 { 0002 }  50 { 0003 }
       r< 32 { "r/l/1" 0001 p 'one' }  34 { "r/l/2" 0002 p 'two' }  34 { "r/l/3" 0003 p 'three' }
       r> 50 { 0003 }
       r< 62 { 0003 }
       breaks
       1> 32 { "l/4" 0004 'four' }  30 { "l/0" 'lost' }
       1< 40 { 0004 }
       wait 3s
       ${CONNECTS(version)}
       r> 20 { ${version === '3.1' ? '00' : '01'} 00 p }
       r< 62 { 0003 }  3a { "r/l/1" 0001 p 'one' }  3c { "r/l/2" 0002 p 'two' }  32 { "r/l/4" 0004 p 'four' }
       r> 70 { 0003 }  40 { 0001 }  50 { 0002 }  40 { 0004 }
       r< 62 { 0002 }
       r> 70 { 0002 }`,
    );
  });

  it('with cleansession knows nothing of what came while the other broker was away', () => {
    const name = { '3.1': '"MQIsdp" 83', '3.1.1': '"MQTT" 84', '5.0': '"MQTT" 05' }[version];
    bridgeDialogue(
      version,
      `${out}\ncleansession true`,
      `dials other:1
       ${joins(1, 'c')}
       1> 32 { "l/1" 0001 'one' }
       1< 40 { 0001 }
       opened
       r< 10 { ${name} 02 003c p{ 5:27 5:01000000 } "b" }
       ${NEW}
       1> 32 { "l/2" 0002 'two' }
       1< 40 { 0002 }
       r< 32 { "r/l/2" 0001 p 'two' }`,
    );
  });

  it('brings retained messages with each connection', () => {
    bridgeDialogue(
      version,
      `${out}\nrestart_timeout 3`,
      `dials other:1
       ${joins(1, 'c')}
       1> 31 { "l/1" 'kept' }
       ${CONNECTS(version).replace('dials other:1', '')}
       ${NEW}
       r< 31 { "r/l/1" p 'kept' }
       breaks
       wait 3s
       ${CONNECTS(version)}
       ${NEW}
       r< 31 { "r/l/1" p 'kept' }`,
    );
    bridgeDialogue(
      version,
      `${out}\nbridge_outgoing_retain false`,
      `${CONNECTS(version)}${NEW}${joins(1, 'c')}
       1> 31 { "l/1" 'kept' }
       r< 30 { "r/l/1" p 'kept' }`,
    );
  });

  it('waits while the other broker has enough to read', () => {
    bridgeDialogue(
      version,
      out,
      `${CONNECTS(version)}${NEW}${joins(1, 'c')}
       congested
       1> 30 { "l/0" 'lost' }  32 { "l/1" 0001 'one' }
       1< 40 { 0001 }
       writable
       r< 32 { "r/l/1" 0001 p 'one' }`,
    );
  });

  it('ends a connection that brings what is no MQTT, or answers nothing', () => {
    const rejects = version === '5.0' ? 'r< e0 { 82 }\n' : '';
    bridgeDialogue(
      version,
      `${out}\nrestart_timeout 3`,
      `dials other:1
       wait 30s
       closed
       tells it took too long
       wait 3s
       ${CONNECTS(version)}
       r> 30 { "r/0" p 'early' }
       ${rejects} closed
       wait 3s
       ${CONNECTS(version)}
       ${NEW}
       r> 30 80 80 80 80
       ${rejects} closed
       wait 3s
       ${CONNECTS(version)}
       ${NEW}
       r> 10 { proto 02 003c p "?" }
       ${rejects} closed
       wait 3s
       ${CONNECTS(version)}
       r> 20 { 00 05 p }
       closed
       tells CONNACK 0x05`,
    );
  });

  it('asks whether the other broker is still there', () => {
    bridgeDialogue(
      version,
      `${out}\nkeepalive_interval 5`,
      `dials other:1
       opened
       r< 10 { ${{ '3.1': '"MQIsdp" 83', '3.1.1': '"MQTT" 84', '5.0': '"MQTT" 05' }[version]} 00 0005 ${KEEPS} "b" }
       ${NEW}
       wait 5s
       r< c0 00
       r> d0 00
       wait 4s
       ${joins(1, 'c')}
       1> 30 { "l/0" 'zero' }
       r< 30 { "r/l/0" p 'zero' }
       wait 1s
       r< c0 00
       wait 4s
       wait 1s
       closed
       tells PINGREQ was not answered`,
    );
  });
});

describe('when it connects', () => {
  const plain = `${QUIET}topic l/# out 0`;
  const works = `opened\nr< 10 { "MQTT" 84 00 003c "b" }\nr> 20 { 00 00 }\n`;

  it('waits longer each time, at random, up to a cap, and anew after one that worked', () => {
    // With 0.5 between base and three times the wait before: 10, 20, then the cap.
    bridgeDialogue(
      '3.1.1',
      `${plain}\nrestart_timeout 5 30`,
      `dials other:1
       breaks
       wait 9s
       wait 1s
       dials other:1
       breaks
       wait 17s
       wait 1s
       dials other:1
       breaks
       wait 28s
       wait 2s
       dials other:1
       ${works}
       breaks
       wait 10s
       dials other:1`,
    );
  });

  it('tries addresses in turn, and goes back to the first when it can be reached', () => {
    bridgeDialogue(
      '3.1.1',
      `${plain.replace('other:1', 'one:1 two:2')}\nrestart_timeout 3`,
      `dials one:1
       breaks
       wait 3s
       dials two:2
       ${works}
       wait 5s
       probes one:1
       wait 5s
       probes one:1
       reachable
       r< e0 00
       closed
       dials one:1
       ${works}
       wait 20s
       breaks
       wait 3s
       dials one:1`,
    );
    bridgeDialogue(
      '3.1.1',
      `${plain.replace('other:1', 'one:1 two:2')}\nrestart_timeout 3\nround_robin true`,
      `dials one:1
       ${works}
       breaks
       wait 3s
       dials two:2
       ${works}
       wait 20s
       breaks
       wait 3s
       dials one:1`,
    );
  });

  it('does without saying that it is a bridge where that is not known', () => {
    bridgeDialogue(
      '3.1.1',
      plain,
      `dials other:1
       opened
       r< 10 { "MQTT" 84 00 003c "b" }
       r> 20 { 00 01 }
       closed
       wait 0s
       dials other:1
       opened
       r< 10 { "MQTT" 04 00 003c "b" }
       r> 20 { 00 00 }`,
    );
    bridgeDialogue('3.1.1', `${plain}\ntry_private false`, `dials other:1\nopened\nr< 10 { "MQTT" 04 00 003c "b" }`);
  });

  it('lazy: when enough messages wait, until nothing goes any more', () => {
    bridgeDialogue(
      '3.1.1',
      `${plain}\nstart_type lazy\nthreshold 3\nidle_timeout 10`,
      `${joins(1, 'c')}
       1> 30 { "l/1" 'one' }  30 { "l/2" 'two' }
       wait 60s
       1> 30 { "l/3" 'three' }
       dials other:1
       opened
       r< 10 { "MQTT" 84 00 003c "b" }
       r> 20 { 00 00 }
       r< 30 { "l/1" 'one' }  30 { "l/2" 'two' }  30 { "l/3" 'three' }
       wait 9s
       1> 30 { "l/4" 'four' }
       r< 30 { "l/4" 'four' }
       wait 10s
       r< e0 00
       closed
       wait 60s
       1> 30 { "l/1" 'one' }  30 { "l/2" 'two' }  30 { "l/3" 'three' }
       dials other:1
       breaks
       wait 30s
       dials other:1`,
    );
  });

  it('lazy: keeps so many messages of QoS 0 and no more', () => {
    const told = bridgeDialogue(
      '3.1.1',
      `${plain}\nstart_type lazy\nthreshold 3`,
      `${joins(1, 'c')}
       1> 30 { "l/1" 'one' }  30 { "l/2" 'two' }
       1> 30 { "l/3" 'three' }
       1> 30 { "l/4" 'four' }`,
      { limits: { maximumHeld: 2 } },
    );
    expect(told).toEqual(['bridge-trouble too many messages wait: those of QoS 0 are dropped']);
  });

  it('once: no more', () => {
    bridgeDialogue('3.1.1', `${plain}\nstart_type once`, `dials other:1\n${works}breaks\nwait 100m`);
    bridgeDialogue('3.1.1', `${plain}\nstart_type once`, `dials other:1\nbreaks\nwait 100m`);
  });
});

describe('what the other broker allows (5.0)', () => {
  const plain = `${QUIET}topic l/# out 2`;
  const connack = (properties: string): string =>
    `${CONNECTS('5.0')}r> 20 { 00 00 p{ ${properties} } }\n${joins(1, 'c')}`;

  it('Receive Maximum: the others wait, in their order', () => {
    bridgeDialogue(
      '5.0',
      plain,
      `${connack('21 0001')}
       1> 32 { "l/1" 0001 'one' }  32 { "l/2" 0002 'two' }  30 { "l/3" 'three' }
       1< 40 { 0001 }  40 { 0002 }
       r< 32 { "l/1" 0001 p 'one' }
       r> 40 { 0001 }
       r< 32 { "l/2" 0002 p 'two' }  30 { "l/3" p 'three' }`,
    );
  });

  it('Maximum QoS: sent with that, and still done with here', () => {
    bridgeDialogue(
      '5.0',
      plain,
      `${connack('24 01')}
       1> 34 { "l/1" 0001 'one' }
       1< 50 { 0001 }
       r< 32 { "l/1" 0001 p 'one' }
       r> 40 { 0001 }
       1> 62 { 0001 }
       1< 70 { 0001 }`,
    );
    bridgeDialogue(
      '5.0',
      `${plain}\nrestart_timeout 3`,
      `${connack('24 00')}
       1> 34 { "l/1" 0001 'one' }  32 { "l/2" 0002 'two' }
       1< 50 { 0001 }  40 { 0002 }
       r< 30 { "l/1" p 'one' }  30 { "l/2" p 'two' }
       breaks
       wait 3s
       ${CONNECTS('5.0')}
       r> 20 { 01 00 p{ 24 00 } }`,
    );
  });

  it('Retain Available, Maximum Packet Size, Server Keep Alive, refusals', () => {
    bridgeDialogue(
      '5.0',
      plain,
      `${connack('25 00 27 00000014 13 0007')}
       1> 31 { "l/1" 'kept' }
       r< 30 { "l/1" p 'kept' }
       1> 32 { "l/1" 0001 'much too long for it' }  32 { "l/1" 0002 'short' }
       1< 40 { 0001 }  40 { 0002 }
       tells a message of topic l/1 is too large to go
       r< 32 { "l/1" 0002 p 'short' }
       r> 40 { 0002 97 00 }
       tells refused with 0x97
       1> 34 { "l/1" 0003 'q2' }
       1< 50 { 0003 }
       r< 34 { "l/1" 0003 p 'q2' }
       r> 50 { 0003 87 00 }
       wait 7s
       r< c0 00`,
    );
  });

  it('Topic Aliases, both ways', () => {
    bridgeDialogue(
      '5.0',
      `address other:1\nnotifications false\nbridge_attempt_unsubscribe false\nbridge_max_topic_alias 1\ntopic l/# both 0`,
      `dials other:1
       opened
       r< 10 { "MQTT" 05 00 003c p{ 11 ffffffff 27 01000000 22 0001 } "b" }
       r> 20 { 00 00 p{ 22 0005 } }
       r< ${into('ffff', 'l/#', 0)}
       r> 90 { ffff p 00 }
       ${joins(1, 'c')}
       1> 30 { "l/1" 'one' }  30 { "l/1" 'two' }  30 { "l/2" 'three' }
       r< 30 { "l/1" p{ 23 0001 } 'one' }  30 { "" p{ 23 0001 } 'two' }  30 { "l/2" p 'three' }
       1> 82 { 0001 "l/#" 00 }
       1< 90 { 0001 00 }
       r> 30 { "l/5" p{ 23 0001 } 'in' }  30 { "" p{ 23 0001 } 'again' }
       1< 30 { "l/5" 'in' }  30 { "l/5" 'again' }
       r> 30 { "" p{ 23 0002 } 'none' }
       r< e0 { 82 }
       closed
       tells Topic Alias 2`,
    );
  });

  it('passes properties on', () => {
    bridgeDialogue(
      '5.0',
      `${QUIET}topic l/# both 1`,
      `${CONNECTS('5.0')}
       ${NEW}
       r< ${into('ffff', 'l/#', 1)}
       r> 90 { ffff p 01 }
       ${joins(1, 'c')}
       r> 33 { "l/1" 0001 p{ 01 01 02 00000064 26 "a" "b" } 'text' }
       r< 40 { 0001 }
       1> 82 { 0001 "l/#" 00 }
       1< 90 { 0001 00 }  31 { "l/1" 'text' }`,
    );
  });

  it('asks again where an identifier is in use, and says what is refused', () => {
    bridgeDialogue(
      '5.0',
      `${QUIET}topic a in 1\ntopic b in 0`,
      `${CONNECTS('5.0')}
       ${NEW}
       r< ${into('ffff', 'a', 1)}  ${into('fffe', 'b', 0)}
       r> 90 { ffff p 91 }
       r< ${into('fffd', 'a', 1)}
       r> 90 { fffe p 87 }
       tells the subscription to b was refused with 0x87
       r> 90 { fffd p 01 }
       tells bridge-connected other:1`,
    );
  });

  it('takes other messages under identifiers of a session that the other broker has forgotten', () => {
    const two = (text: string): string => `r> 34 { "l/1" 0001 p '${text}' }
       1< 34 { "l/1" 000${text === 'old' ? 1 : 2} '${text}' }
       r< 50 { 0001 }`;
    const asks = `r< ${into('ffff', 'l/#', 2)}\nr> 90 { ffff p 02 }\n`;
    bridgeDialogue(
      '5.0',
      `${QUIET}topic l/# in 2\nrestart_timeout 3`,
      `${CONNECTS('5.0')}${NEW}${asks}${joins(1, 'c')}
       1> 82 { 0001 "l/#" 02 }
       1< 90 { 0001 02 }
       ${two('old')}
       breaks
       wait 3s
       ${CONNECTS('5.0')}${NEW}${asks}
       ${two('new')}`,
    );
  });

  it('ends when this broker ends its own connection, and comes back', () => {
    bridgeDialogue(
      '5.0',
      `${plain}\nrestart_timeout 3`,
      `${CONNECTS('5.0')}${NEW}
       1> 10 { proto 00 003c "local.b" }
       1< 20 { 01 00 }
       r< e0 00
       closed
       tells this broker ended the bridge's own connection: DISCONNECT 0x8e
       wait 3s
       dials other:1`,
    );
  });
});

describe('sizes', () => {
  it('leaves what is too large to come in, and ends a connection that brings a packet beyond all limits', () => {
    bridgeDialogue(
      '3.1.1',
      `${QUIET}topic # in 1 a-long-prefix/`,
      `${CONNECTS('3.1.1')}
       ${NEW}
       r< ${into('ffff', '#', 1)}
       r> 90 { ffff 01 }
       r> 32 { "topic" 0001 'much too long' }
       r< 40 { 0001 }
       tells a message of topic topic is too large to come in
       r> 30 22
       closed
       tells a packet of 36 bytes`,
      { limits: { maximumPacketSize: 35 } },
    );
  });
});
