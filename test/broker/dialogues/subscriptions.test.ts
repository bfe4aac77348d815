// Which messages reach whom (3.3.4, 3.8, 3.10, 4.7, 4.8.2).

import { describe, expect, it } from 'vitest';
import { ALL, dialogue, joins } from '../dialogue.js';

describe.each(ALL)('MQTT %s', (version) => {
  it.each([
    ['a/b', ['a/b']],
    ['a/+', ['a/b', 'a/', 'a/c']],
    ['+/b', ['a/b', '/b']],
    ['+/+', ['a/b', '/b', 'a/', 'a/c']],
    ['#', ['a', 'a/b', '/b', 'a/', 'a/c', 'a/b/c']],
    ['a/#', ['a', 'a/b', 'a/', 'a/c', 'a/b/c']],
    ['a/+/#', ['a/b', 'a/', 'a/c', 'a/b/c']],
    ['+', ['a']],
    ['/+', ['/b']],
    ['$x/#', ['$x/a']],
    ['$x/+', ['$x/a']],
    ['+/a', []],
  ])('%s gets what it matches', (filter, topics) => {
    const all = ['a', 'a/b', '/b', 'a/', 'a/c', 'a/b/c', '$x/a'];
    dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "${filter}" 00 }
       1< 90 { 0001 p 00 }
       ${all.map((topic) => `2> 30 { "${topic}" p 'x' }${topics.includes(topic) ? `\n1< 30 { "${topic}" p 'x' }` : ''}`).join('\n')}
       1> a2 { 0002 p "${filter}" }
       1< b0 { 0002 p 5:00 }
       1> a2 { 0002 p "${filter}" }
       1< b0 { 0002 p 5:11 }
       ${all.map((topic) => `2> 30 { "${topic}" p 'x' }`).join('\n')}`,
    );
  });

  it('sends one copy with the highest QoS of overlapping subscriptions', () => {
    dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "a/#" 00 "a/+" 01 "b" 02 }
       1< 90 { 0001 p 00 01 02 }
       2> 34 { "a/b" 0001 p 'x' }
       1< 32 { "a/b" 0001 p 'x' }
       2< 50 { 0001 }
       1> 40 { 0001 }
       2> 62 { 0001 }
       2< 70 { 0001 }`,
    );
  });

  it('replaces a subscription of the same filter', () => {
    dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "a" 02 }
       1< 90 { 0001 p 02 }
       1> 82 { 0002 p "a" 00 }
       1< 90 { 0002 p 00 }
       2> 32 { "a" 0001 p 'x' }
       1< 30 { "a" p 'x' }
       2< 40 { 0001 }`,
    );
  });

  it('gives back to the client what it published', () => {
    dialogue(
      version,
      `${joins(1, 'a')}1> 82 { 0001 p "a" 00 }\n1< 90 { 0001 p 00 }\n1> 30 { "a" p 'x' }\n1< 30 { "a" p 'x' }`,
    );
  });

  it('finishes what it began before UNSUBSCRIBE', () => {
    dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "a" 02 }
       1< 90 { 0001 p 02 }
       2> 34 { "a" 0001 p 'x' }
       1< 34 { "a" 0001 p 'x' }
       2< 50 { 0001 }
       1> a2 { 0002 p "a" }
       1< b0 { 0002 p 5:00 }
       1> 50 { 0001 }
       1< 62 { 0001 }
       1> 70 { 0001 }
       2> 62 { 0001 }
       2< 70 { 0001 }`,
    );
  });

  it('keeps the topics of a listener below its mount point', () => {
    const made = dialogue(
      version,
      `${joins(1, 'a')}
       1> 82 { 0001 p "#" 00 }
       1< 90 { 0001 p 00 }
       1> 30 { "a" p 'x' }
       1< 30 { "a" p 'x' }`,
      { listener: { mountPoint: 'm/' } },
    );
    made.input({ kind: 'published', topic: 'a', payload: Uint8Array.of(0x31), qos: 0, retain: false });
    made.input({ kind: 'published', topic: 'm/b', payload: Uint8Array.of(0x31), qos: 0, retain: false });
    made.run(`1< 30 { "b" p '1' }`);
  });

  it('asks whether a client may', () => {
    const { events } = dialogue(
      version,
      `${joins(1, 'a')}
       1> 82 { 0001 p "secret" 01 "a/#" 01 }
       1< 90 { 0001 p ${version === '5.0' ? '87' : version === '3.1.1' ? '80' : '01'} 01 }
       1> 30 { "secret" p 'x' }
       1> 32 { "secret" 0001 p 'x' }
       1< 40 { 0001 5:87 }
       1> 34 { "secret" 0002 p 'x' }
       1< 50 { 0002 5:87 }
       ${version === '5.0' ? '' : '1> 62 { 0002 }\n1< 70 { 0002 }'}
       1> 30 { "a/hidden" p 'x' } 30 { "a/b" p 'x' }
       1< 30 { "a/b" p 'x' }
       1> 32 { "$SYS/broker/version" 0001 p 'x' }
       1< 40 { 0001 5:87 }`,
      {
        listener: {
          authorize: (_client, action, topic) => topic !== 'secret' && !(action === 'receive' && topic === 'a/hidden'),
        },
      },
    );
    expect(events).toContainEqual({
      name: 'subscribe-refused',
      connection: 1,
      clientId: 'a',
      topicFilter: 'secret',
      reasonCode: 0x87,
    });
  });
});

describe('MQTT 5.0', () => {
  it('sends the identifiers of all subscriptions that match', () => {
    dialogue(
      '5.0',
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p{ 0b 01 } "a/#" 00 }
       1< 90 { 0001 p 00 }
       1> 82 { 0002 p{ 0b ffffff7f } "a/+" 01 }
       1< 90 { 0002 p 01 }
       1> 82 { 0003 p "a/b" 00 }
       1< 90 { 0003 p 00 }
       2> 32 { "a/b" 0001 p{ 26 "k" "v" 26 "k" "w" } 'x' }
       1< 32 { "a/b" 0001 p{ 0b 01 0b ffffff7f 26 "k" "v" 26 "k" "w" } 'x' }
       2< 40 { 0001 }
       1> 40 { 0001 }
       2> 30 { "a" p 'x' }
       1< 30 { "a" p{ 0b 01 } 'x' }`,
    );
  });

  it('sends nothing back with No Local, save by another subscription', () => {
    dialogue(
      '5.0',
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p{ 0b 01 } "a/#" 05 }
       1< 90 { 0001 p 01 }
       1> 30 { "a/b" p 'x' }
       2> 30 { "a/b" p 'x' }
       1< 30 { "a/b" p{ 0b 01 } 'x' }
       1> 82 { 0002 p{ 0b 02 } "a/b" 00 }
       1< 90 { 0002 p 00 }
       1> 32 { "a/b" 0001 p 'x' }
       1< 30 { "a/b" p{ 0b 02 } 'x' }
       1< 40 { 0001 }`,
    );
  });

  it('gives each message of a share to one member, in turn', () => {
    dialogue(
      '5.0',
      `${joins(1, 'a')}${joins(2, 'b')}${joins(3, 'c')}
       1> 82 { 0001 p "$share/g/t/+" 00 }
       1< 90 { 0001 p 00 }
       2> 82 { 0001 p "$share/g/t/+" 00 }
       2< 90 { 0001 p 00 }
       3> 30 { "t/1" p '1' }
       1< 30 { "t/1" p '1' }
       3> 30 { "t/2" p '2' }
       2< 30 { "t/2" p '2' }
       3> 30 { "t/3" p '3' }
       1< 30 { "t/3" p '3' }
       1> a2 { 0002 p "$share/g/t/+" "$share/h/t/+" }
       1< b0 { 0002 p 00 11 }
       3> 30 { "t/4" p '4' }
       2< 30 { "t/4" p '4' }`,
    );
  });

  it('queues for a member that is away only when no other is there', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 00 003c p{ 11 00000064 } "a" }
       1< 20 { 00 00 p }
       ${joins(2, 'b')}${joins(3, 'c')}
       1> 82 { 0001 p "$share/g/t" 01 }
       1< 90 { 0001 p 01 }
       2> 82 { 0001 p "$share/g/t" 01 }
       2< 90 { 0001 p 01 }
       1 breaks
       3> 32 { "t" 0001 p '1' } 32 { "t" 0002 p '2' }
       2< 32 { "t" 0001 p '1' } 32 { "t" 0002 p '2' }
       3< 40 { 0001 } 40 { 0002 }
       2> 40 { 0001 } 40 { 0002 }
       2> e0 00
       2 closed
       3> 32 { "t" 0003 p '3' }
       3< 40 { 0003 }
       1> 10 { proto 00 003c p "a" }
       1< 20 { 01 00 p }
       1< 32 { "t" 0001 p '3' }
       1> 40 { 0001 }`,
    );
  });

  it.each([
    ['shared', { sharedSubscriptionAvailable: false }, '2a 00', '$share/g/t', 'p', '9e'],
    ['wildcard', { wildcardSubscriptionAvailable: false }, '28 00', 't/#', 'p', 'a2'],
    ['identifiers', { subscriptionIdentifierAvailable: false }, '29 00', 't', 'p{ 0b 01 }', 'a1'],
  ])('refuses what is not available: %s', (_what, listener, told, filter, properties, code) => {
    dialogue(
      '5.0',
      `1> 10 { proto 02 003c p "a" }
       1< 20 { 00 00 p{ ${told} } }
       1> 82 { 0001 ${properties} "${filter}" 00 }
       1< 90 { 0001 p ${code} }`,
      { listener },
    );
  });

  it('refuses what goes beyond its limits', () => {
    dialogue(
      '5.0',
      `${joins(1, 'a')}
       1> 82 { 0001 p "a" 00 "b" 00 }
       1< 90 { 0001 p 00 00 }
       1> 82 { 0001 p "c" 00 "b" 01 }
       1< 90 { 0001 p 97 01 }
       1> 82 { 0001 p "1/2/3/4" 00 }
       1< 90 { 0001 p 8f }
       1> 32 { "1/2/3/4" 0001 p 'x' }
       1< 40 { 0001 90 }`,
      { maximumSubscriptions: 2, maximumTopicLevels: 3 },
    );
  });
});
