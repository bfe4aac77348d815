// CONNECT and CONNACK (3.1, 3.2), enhanced authentication (5.0: 4.12), DISCONNECT (3.14).

import { describe, expect, it } from 'vitest';
import type { AuthenticationMethod } from '../../../src/broker/authentication.js';
import { ALL, Dialogue, dialogue, joins } from '../dialogue.js';

describe.each(ALL)('MQTT %s', (version) => {
  const v5 = version === '5.0';
  /** CONNACK that refuses, in the code of the version, with a Reason String. */
  const refused = (code5: string, code3: string, reason: string): string =>
    v5 ? `1< 20 { 00 ${code5} p{ 1f "${reason}" } }\n1 closed` : `1< 20 { 00 ${code3} }\n1 closed`;

  it('closes when the first packet is not CONNECT', () => {
    const { events } = dialogue(version, '1> c0 00\n1 closed');
    expect(events.map(({ name }) => name)).toEqual(['refused']);
  });

  it('closes when no CONNECT comes in time', () => {
    dialogue(version, '1> 10\nwait 10s\n1 closed');
  });

  it('closes for a second CONNECT', () => {
    const told = v5 ? '1< e0 { 82 p{ 1f "a second CONNECT" } }' : '';
    dialogue(version, `${joins(1, 'a')}1> 10 { proto 02 003c p "a" }\n${told}\n1 closed`);
  });

  it('refuses what is too large before it has come', () => {
    const told = v5 ? '1< e0 { 95 p{ 1f "a packet of 268435460 bytes" } }' : '';
    dialogue(
      version,
      `1> 10 { proto 02 003c p "a" }\n1< 20 { 00 00 p{ 27 00010000 } }\n1> 30 ff ff ff 7f\n${told}\n1 closed`,
      {
        listener: { maximumPacketSize: 65536 },
      },
    );
  });

  it('closes for a Remaining Length of five bytes', () => {
    const told = v5 ? '1< e0 { 81 p{ 1f "a Remaining Length that goes on after its fourth byte" } }' : '';
    dialogue(version, `${joins(1, 'a')}1> 30 ff ff ff ff\n${told}\n1 closed`);
  });

  it('asks the edge who it is, and holds what follows', () => {
    dialogue(
      version,
      `1> 10 { proto c2 003c p "a" "me" "pw" } c0 00
       1> c0 00
       1 authenticated
       1< 20 { 00 00 p } d0 00 d0 00
       2> 10 { proto c2 003c p "b" "me" "pw" }
       2 refused 86
       2< 20 { 00 ${v5 ? '86 00' : '04'} }
       2 closed`,
      { listener: { authenticates: true } },
    );
  });

  it('gives up on a client that nobody answers for', () => {
    dialogue(
      version,
      `1> 10 { proto c2 003c p "a" "me" "pw" }\nwait 10s\n${refused('87', '05', 'authentication took too long')}`,
      { listener: { authenticates: true } },
    );
  });

  it('refuses clients without a user name', () => {
    dialogue(version, `1> 10 { proto 02 003c p "a" }\n${refused('87', '05', 'no user name')}`, {
      listener: { allowAnonymous: false },
    });
  });

  it('refuses identifiers without a prefix', () => {
    const why = 'a Client Identifier without one of the prefixes asked for';
    dialogue(version, `1> 10 { proto 02 003c p "a" }\n${refused('87', '05', why)}\n${joins(1, 'x-a')}`, {
      listener: { clientIdPrefixes: ['x-'] },
    });
  });

  it('refuses more connections than it may have', () => {
    dialogue(version, `${joins(2, 'b')}1> 10 { proto 02 003c p "a" }\n${refused('89', '03', 'too many connections')}`, {
      listener: { maximumConnections: 1 },
    });
  });

  it('ends the session left longest when there are too many, and refuses when all are in use', () => {
    dialogue(
      version,
      `1> 10 { proto 00 003c p{ 11 ffffffff } "a" }
       1< 20 { 00 00 p }
       1 breaks
       ${joins(2, 'b')}
       1> 10 { proto 00 003c p "c" }
       ${refused('97', '03', 'too many sessions')}`,
      { maximumSessions: 1 },
    );
  });

  it('takes bytes as they come', () => {
    const made = new Dialogue(version);
    const bytes = `10 { proto 02 003c p "a" } 82 { 0001 p "t" 01 } 32 { "t" 0002 p 'hello' } 40 { 0001 } c0 00`;
    made.run(`1> ${bytes}\n1< 20 { 00 00 p } 90 { 0001 p 01 } 32 { "t" 0001 p 'hello' } 40 { 0002 } d0 00`);
    const split = new Dialogue(version);
    split.run('1> 10');
    const sent = made.sentBytes(1);
    for (let at = 1; at < sent.length; at++) split.send(1, sent.subarray(at, at + 1), '', false);
    split.run(`1< 20 { 00 00 p } 90 { 0001 p 01 } 32 { "t" 0001 p 'hello' } 40 { 0002 } d0 00`);
  });

  it('says that it stops', () => {
    const made = dialogue(version, joins(1, 'a'));
    made.input({ kind: 'stop' });
    made.run(`${v5 ? '1< e0 { 8b }' : ''}\n1 closed`);
  });
});

describe('MQTT 3.1', () => {
  it('refuses long identifiers', () => {
    dialogue('3.1', '1> 10 { proto 02 003c "123456789012345678901234" }\n1< 20 { 00 02 }\n1 closed');
  });
  it('refuses no identifier', () => {
    dialogue('3.1', '1> 10 { proto 02 003c "" }\n1< 20 { 00 02 }\n1 closed');
  });
  it('takes a CONNECT that ends before the user name it promises', () => {
    dialogue('3.1', '1> 10 { proto 82 003c "a" }\n1< 20 { 00 00 }');
  });
});

describe('MQTT 3.1.1', () => {
  it('assigns an identifier to a clean session only', () => {
    const { events } = dialogue(
      '3.1.1',
      '1> 10 { proto 02 003c "" }\n1< 20 { 00 00 }\n2> 10 { proto 00 003c "" }\n2< 20 { 00 02 }\n2 closed',
    );
    expect(events[0]).toMatchObject({ name: 'connected', clientId: 'auto-id1' });
  });

  it.each([
    ['level 6', '10 { "MQTT" 06 02 003c 00 "a" }', `1< 20 { 00 84 1d 1f 001a 'protocol MQTT with level 6' }`],
    ['level 2', '10 { "MQTT" 02 02 003c "a" }', '1< 20 { 00 01 }'],
    ['3.1 by another name', '10 { "MQTT" 03 02 003c "a" }', '1< 20 { 00 01 }'],
    ['another name', '10 { "MQTX" 04 02 003c "a" }', ''],
  ])('refuses %s', (_what, connect, connack) => {
    dialogue('3.1.1', `1> ${connect}\n${connack}\n1 closed`);
  });

  it('takes the levels of bridges: nothing comes back, RETAIN stays', () => {
    const made = new Dialogue('3.1.1');
    made.run(
      `1> 10 { "MQTT" 84 02 003c "bridge" }
       1< 20 { 00 00 }
       ${joins(2, 'b')}
       1> 82 { 0001 "#" 00 }
       1< 90 { 0001 00 }
       1> 30 { "a" 'x' }
       2> 31 { "a" 'x' }
       1< 31 { "a" 'x' }`,
    );
  });

  it('refuses the levels of bridges where they are not taken', () => {
    new Dialogue('3.1.1', { listener: { bridgeProtocol: false } }).run(
      '1> 10 { "MQTT" 84 02 003c "bridge" }\n1< 20 { 00 01 }\n1 closed',
    );
  });

  it('refuses versions that a listener does not take', () => {
    dialogue('3.1.1', '1> 10 { proto 02 003c "a" }\n1< 20 { 00 01 }\n1 closed', { listener: { versions: ['5.0'] } });
  });

  it('refuses a Keep Alive that is too long, having no way to shorten it', () => {
    dialogue('3.1.1', '1> 10 { proto 02 003d "a" }\n1< 20 { 00 05 }\n1 closed', { listener: { maximumKeepAlive: 60 } });
  });
});

/** Asks for one more answer, which must be "yes". */
const method: AuthenticationMethod = {
  name: 'M',
  start: (data) => ({ kind: 'continue', state: 1, ...(data === undefined ? {} : { data }) }),
  continue: (_state, data) =>
    data !== undefined && data[0] === 0x79
      ? { kind: 'success', userName: 'me', data: Uint8Array.of(0x6f, 0x6b) }
      : { kind: 'failure', reasonCode: 0x87, reason: 'no' },
};

describe('MQTT 5.0', () => {
  it('says what it takes, and assigns an identifier', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 02 0000 p{ 19 01 } "" }
       1< 20 { 00 00 p{ 21 000a 24 01 25 00 27 00010000 12 "auto-id1" 22 0005 28 00 29 00 2a 00 13 003c 1a "r/auto-id1" } }`,
      {
        listener: {
          receiveMaximum: 10,
          maximumQos: 1,
          retainAvailable: false,
          maximumPacketSize: 65536,
          topicAliasMaximum: 5,
          wildcardSubscriptionAvailable: false,
          subscriptionIdentifierAvailable: false,
          sharedSubscriptionAvailable: false,
          maximumKeepAlive: 60,
          responseInformation: 'r/%c',
        },
      },
    );
  });

  it('gives no reason strings to who declines them in CONNECT', () => {
    dialogue(
      '5.0',
      '1> 10 { proto 02 003c p{ 17 00 } "a" }\n1< 20 { 00 00 p }\n1> f0 { 18 p }\n1< e0 { 82 }\n1 closed',
    );
  });

  it('leaves out of CONNACK and DISCONNECT what the client has no room for', () => {
    dialogue(
      '5.0',
      '1> 10 { proto 02 003c p{ 27 00000008 } "a" }\n1< 20 { 00 00 p }\n1> f0 { 18 p }\n1< e0 { 82 }\n1 closed',
    );
  });

  it('closes when CONNACK does not fit', () => {
    dialogue('5.0', '1> 10 { proto 02 003c p{ 27 00000004 } "a" }\n1 closed');
  });

  it('refuses a Will QoS above its own', () => {
    dialogue('5.0', '1> 10 { proto 16 003c p "a" p "w" "x" }\n1< 20 { 00 9b p{ 1f "Will QoS 2" } }\n1 closed', {
      listener: { maximumQos: 1 },
    });
  });

  const begins = '1> 10 { proto 02 003c p{ 15 "M" 16 "hi" } "a" }\n1< f0 { 18 p{ 15 "M" 16 "hi" } }\n';
  const proven = `${begins}1> f0 { 18 p{ 15 "M" 16 "yes" } }\n1< 20 { 00 00 p{ 15 "M" 16 "ok" } }\n`;
  const listener = { authenticationMethods: [method], allowAnonymous: false };

  it('authenticates with a method', () => {
    const { events } = dialogue('5.0', proven, { listener });
    expect(events[0]).toMatchObject({ name: 'connected', userName: 'me' });
  });

  it('refuses who fails', () => {
    dialogue('5.0', `${begins}1> f0 { 18 p{ 15 "M" 16 "no" } }\n1< 20 { 00 87 p{ 1f "no" } }\n1 closed`, { listener });
  });

  it('refuses a method that it does not know', () => {
    dialogue(
      '5.0',
      '1> 10 { proto 02 003c p{ 15 "N" } "a" }\n1< 20 { 00 8c p{ 1f "Authentication Method N" } }\n1 closed',
      {
        listener,
      },
    );
  });

  it('lets nothing else come before CONNACK', () => {
    dialogue('5.0', `${begins}1> c0 00\n1< 20 { 00 82 p{ 1f "PINGREQ before CONNACK" } }\n1 closed`, { listener });
  });

  it('authenticates anew, and goes on meanwhile', () => {
    dialogue(
      '5.0',
      `${proven}
       1> f0 { 19 p{ 15 "M" 16 "again" } }
       1< f0 { 18 p{ 15 "M" 16 "again" } }
       1> c0 00
       1< d0 00
       1> f0 { 18 p{ 15 "M" 16 "yes" } }
       1< f0 { 00 p{ 15 "M" 16 "ok" } }
       1> f0 { 19 p{ 15 "M" } }
       1< f0 { 18 p{ 15 "M" } }
       1> f0 { 18 p{ 15 "M" 16 "no" } }
       1< e0 { 87 p{ 1f "no" } }
       1 closed`,
      { listener },
    );
  });

  it('ends a connection for who runs it', () => {
    const made = dialogue('5.0', joins(1, 'a'));
    made.input({ kind: 'disconnect', clientId: 'a' });
    made.run('1< e0 { 98 }\n1 closed');
  });

  it('sends elsewhere', () => {
    const made = dialogue('5.0', '1> 10 { proto 02 003c p "a" }', { listener: { authenticates: true } });
    const result = { ok: false, reasonCode: 0x9d, serverReference: 'b:1883' } as const;
    made.input({ kind: 'authenticated', connection: 1, result });
    made.run('1< 20 { 00 9d p{ 1c "b:1883" } }\n1 closed');
  });
});
