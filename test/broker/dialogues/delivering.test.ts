// Messages on their way (3.3, 4.3, 4.9): properties, aliases, expiry, quotas, limits, congestion.

import { describe, expect, it } from 'vitest';
import { ALL, dialogue, joins } from '../dialogue.js';

describe.each(ALL)('MQTT %s', (version) => {
  it('drops QoS 0 for a client that does not read, and keeps the rest', () => {
    const { core, events } = dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "t" 01 }
       1< 90 { 0001 p 01 }
       1 congested
       2> 30 { "t" p 'lost' }
       2> 32 { "t" 0001 p '1' }
       2< 40 { 0001 }
       2> 32 { "t" 0002 p '2' }
       2< 40 { 0002 }
       1> c0 00
       1< d0 00
       1 writable
       1< 32 { "t" 0001 p '1' } 32 { "t" 0002 p '2' }
       1> 40 { 0001 }
       1> 40 { 0002 }
       2> 30 { "t" p 'came' }
       1< 30 { "t" p 'came' }`,
    );
    expect(core.counters.publishDropped).toBe(1);
    expect(events).toContainEqual({ name: 'dropping', clientId: 'a', limit: 'congested' });
  });

  it('drops the newest when the queue is full', () => {
    const { core } = dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "t" 01 }
       1< 90 { 0001 p 01 }
       2> 32 { "t" 0001 p '1' }
       1< 32 { "t" 0001 p '1' }
       2< 40 { 0001 }
       2> 32 { "t" 0002 p '2' } 32 { "t" 0003 p '3' } 32 { "t" 0004 p '4' }
       2< 40 { 0002 } 40 { 0003 } 40 { 0004 }
       1> 40 { 0001 }
       1< 32 { "t" 0002 p '2' }
       1> 40 { 0002 }
       1< 32 { "t" 0003 p '3' }
       1> 40 { 0003 }`,
      { maximumInflight: 1, maximumQueuedMessages: 2 },
    );
    expect(core.counters.publishDropped).toBe(1);
    expect(core.counters.stored).toBe(0);
    expect(core.counters.storedBytes).toBe(0);
  });

  it('queues QoS 0 for who is away when told to', () => {
    dialogue(
      version,
      `1> 10 { proto 00 003c p{ 11 00000064 } "a" }
       1< 20 { 00 00 p }
       1> 82 { 0001 p "t" 00 }
       1< 90 { 0001 p 00 }
       1 breaks
       ${joins(2, 'b')}
       2> 30 { "t" p 'x' }
       1> 10 { proto 00 003c p{ 11 00000064 } "a" }
       1< 20 { ${version === '3.1' ? '00' : '01'} 00 p }
       1< 30 { "t" p 'x' }`,
      { queueQos0Messages: true },
    );
  });

  it('raises the QoS to that of the subscription when told to', () => {
    const made = dialogue(version, '', { upgradeOutgoingQos: true });
    made.run(
      `${joins(1, 'a')}
       1> 82 { 0001 p "t" 01 }
       1< 90 { 0001 p 01 }
       1> 30 { "t" p 'x' }
       1< 32 { "t" 0001 p 'x' }
       1> 40 { 0001 }`,
    );
  });

  it('closes for acknowledgements of the wrong kind', () => {
    const told = version === '5.0' ? '1< e0 { 82 p{ 1f "PUBACK for QoS 2" } }' : '';
    dialogue(
      version,
      `${joins(1, 'a')}
       1> 82 { 0001 p "t" 02 }
       1< 90 { 0001 p 02 }
       1> 34 { "t" 0001 p 'x' }
       1< 34 { "t" 0001 p 'x' } 50 { 0001 }
       1> 40 { 0001 }
       ${told}
       1 closed`,
    );
  });

  it('answers what it does not know', () => {
    dialogue(
      version,
      `${joins(1, 'a')}
       1> 62 { 0009 }
       1< 70 { 0009 5:92 }
       1> 40 { 0009 }
       1> 70 { 0009 }`,
    );
  });

  it('takes a QoS 2 message once, however often it comes', () => {
    dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "t" 00 }
       1< 90 { 0001 p 00 }
       2> 34 { "t" 0001 p 'x' }
       1< 30 { "t" p 'x' }
       2< 50 { 0001 }
       2> 3c { "t" 0001 p 'x' }
       2< 50 { 0001 }
       2> 62 { 0001 }
       2< 70 { 0001 }
       2> 34 { "t" 0001 p 'y' }
       1< 30 { "t" p 'y' }
       2< 50 { 0001 }
       2> 62 { 0001 }
       2< 70 { 0001 }`,
    );
  });

  it('passes large messages on', () => {
    const text = 'x'.repeat(20_000);
    dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "t" 01 }
       1< 90 { 0001 p 01 }
       2> 30 { "t" p '${text}' } 32 { "t" 0001 p '${text}' }
       1< 30 { "t" p '${text}' } 32 { "t" 0001 p '${text}' }
       2< 40 { 0001 }
       1> 40 { 0001 }`,
    );
  });

  it('refuses more messages a second than it takes', () => {
    const told = version === '5.0' ? '1< e0 { 96 p{ 1f "too many messages" } }' : '';
    dialogue(
      version,
      `${joins(1, 'a')}
       1> 30 { "t" p } 30 { "t" p }
       wait 1s
       1> 30 { "t" p } 30 { "t" p } 30 { "t" p }
       ${told}
       1 closed`,
      { listener: { maximumMessageRate: 2 } },
    );
  });
});

describe('from one version to another', () => {
  const v3 = '1> 10 { "MQTT" 04 02 003c "a" }\n1< 20 { 00 00 }\n1> 82 { 0001 "t" 02 }\n1< 90 { 0001 02 }\n';
  const v5 = '2> 10 { "MQTT" 05 02 003c 00 "b" }\n2< 20 { 00 00 00 }\n2> 82 { 0001 00 "t" 02 }\n2< 90 { 0001 00 02 }\n';

  it('adds and leaves out properties', () => {
    dialogue(
      '3.1.1',
      `${v3}${v5}
       1> 30 { "t" 'x' }
       1< 30 { "t" 'x' }
       2< 30 { "t" 00 'x' }
       2> 30 { "t" 05 03 0002 'tx' 'y' }
       1< 30 { "t" 'y' }
       2< 30 { "t" 05 03 0002 'tx' 'y' }
       1> 32 { "t" 0001 'x' }
       1< 32 { "t" 0001 'x' } 40 { 0001 }
       2< 32 { "t" 0001 00 'x' }
       2> 34 { "t" 0002 05 03 0002 'tx' 'y' }
       1< 34 { "t" 0002 'y' }
       2< 34 { "t" 0002 05 03 0002 'tx' 'y' } 50 { 0002 }`,
    );
  });
});

describe('MQTT 5.0', () => {
  const subscribed = `${joins(1, 'a')}${joins(2, 'b')}1> 82 { 0001 p "t" 02 }\n1< 90 { 0001 p 02 }\n`;

  it('passes properties on as they came', () => {
    const properties = 'p{ 26 "k" "2" 01 01 03 "text" 08 "answer" 09 "id" 26 "k" "1" }';
    dialogue('5.0', `${subscribed}2> 30 { "t" ${properties} 'x' }\n1< 30 { "t" ${properties} 'x' }`);
  });

  it('counts the interval of a message down, and deletes it when it is over', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 00 003c p{ 11 00000064 } "a" }
       1< 20 { 00 00 p }
       1> 82 { 0001 p "t" 01 }
       1< 90 { 0001 p 01 }
       ${joins(2, 'b')}
       1 breaks
       2> 32 { "t" 0001 p{ 03 "text" 02 0000000a } '1' } 32 { "t" 0002 p{ 02 00000005 } '2' } 32 { "t" 0003 p '3' }
       2< 40 { 0001 } 40 { 0002 } 40 { 0003 }
       wait 6.2s
       1> 10 { proto 00 003c p "a" }
       1< 20 { 01 00 p } 32 { "t" 0001 p{ 03 "text" 02 00000004 } '1' } 32 { "t" 0002 p '3' }
       1> 40 { 0001 }
       1> 40 { 0002 }`,
    );
  });

  it('knows topics by their aliases', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 02 003c p "a" }
       1< 20 { 00 00 p{ 22 0002 } }
       1> 82 { 0001 p "t/+" 01 }
       1< 90 { 0001 p 01 }
       1> 30 { "t/1" p{ 23 0002 } 'x' } 30 { "" p{ 03 "text" 23 0002 } 'y' }
       1< 30 { "t/1" p 'x' } 30 { "t/1" p{ 03 "text" } 'y' }
       1> 30 { "t/2" p{ 23 0002 } 'x' } 32 { "" 0001 p{ 23 0002 } 'y' }
       1< 30 { "t/2" p 'x' } 32 { "t/2" 0001 p 'y' } 40 { 0001 }
       1> 40 { 0001 }
       1> 30 { "" p{ 23 0001 } 'z' }
       1< e0 { 82 p{ 1f "Topic Alias 1" } }
       1 closed
       1> 10 { proto 02 003c p "a" }
       1< 20 { 00 00 p{ 22 0002 } }
       1> 30 { "t" p{ 23 0003 } 'z' }
       1< e0 { 94 p{ 1f "Topic Alias 3" } }
       1 closed`,
      { listener: { topicAliasMaximum: 2 } },
    );
  });

  it('sends aliases to who takes them', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 02 003c p{ 22 0001 } "a" }
       1< 20 { 00 00 p }
       1> 82 { 0001 p{ 0b 01 } "t/+" 01 }
       1< 90 { 0001 p 01 }
       ${joins(2, 'b')}
       2> 30 { "t/1" p 'x' } 32 { "t/1" 0001 p 'y' } 30 { "t/2" p 'z' }
       1< 30 { "t/1" p{ 23 0001 0b 01 } 'x' } 32 { "" 0001 p{ 23 0001 0b 01 } 'y' } 30 { "t/2" p{ 0b 01 } 'z' }
       2< 40 { 0001 }
       1> 40 { 0001 }`,
    );
  });

  it('sends nothing larger than the client takes', () => {
    const { core } = dialogue(
      '5.0',
      `1> 10 { proto 02 003c p{ 27 00000010 } "a" }
       1< 20 { 00 00 p }
       1> 82 { 0001 p "t" 01 }
       1< 90 { 0001 p 01 }
       ${joins(2, 'b')}
       2> 30 { "t" p '1234567890' } 30 { "t" p '12345678901' } 32 { "t" 0001 p '12345678901' } 32 { "t" 0002 p 'x' }
       1< 30 { "t" p '1234567890' } 32 { "t" 0002 p 'x' }
       2< 40 { 0001 } 40 { 0002 }
       1> 40 { 0002 }`,
    );
    expect(core.counters.publishDropped).toBe(2);
  });

  it('closes when there are more QoS 2 messages than it takes', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 02 003c p "a" }
       1< 20 { 00 00 p{ 21 0001 } }
       1> 34 { "t" 0001 p 'x' }
       1< 50 { 0001 10 }
       1> 34 { "t" 0002 p 'x' }
       1< e0 { 93 p{ 1f "more than Receive Maximum" } }
       1 closed`,
      { listener: { receiveMaximum: 1 } },
    );
  });

  it('drops a message that the client refuses', () => {
    dialogue(
      '5.0',
      `${subscribed}
       2> 34 { "t" 0001 p 'x' }
       1< 34 { "t" 0001 p 'x' }
       2< 50 { 0001 }
       1> 50 { 0001 97 }
       2> 62 { 0001 }
       2< 70 { 0001 }
       2> 32 { "t" 0002 p 'y' }
       1< 32 { "t" 0002 p 'y' }
       2< 40 { 0002 }
       1> 40 { 0002 97 p }`,
    );
  });

  it('says which identifiers are in use', () => {
    dialogue(
      '5.0',
      `${joins(1, 'a')}
       1> 34 { "t" 0001 p 'x' }
       1< 50 { 0001 10 }
       1> 32 { "t" 0001 p 'x' }
       1< 40 { 0001 91 }
       1> 82 { 0001 p "t" 00 }
       1< 90 { 0001 p 91 }
       1> a2 { 0001 p "t" }
       1< b0 { 0001 p 91 }`,
    );
  });

  it('refuses payloads that are not the text they say', () => {
    dialogue(
      '5.0',
      `${subscribed}
       2> 32 { "t" 0001 p{ 01 01 } ff }
       2< 40 { 0001 99 }
       2> 30 { "t" p{ 01 01 } ff }
       2< e0 { 99 p{ 1f "the payload is not UTF-8" } }
       2 closed`,
    );
  });

  it('refuses a QoS above its own', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 02 003c p "a" }
       1< 20 { 00 00 p{ 24 00 } }
       1> 82 { 0001 p "t" 02 }
       1< 90 { 0001 p 00 }
       1> 32 { "t" 0001 p 'x' }
       1< e0 { 9b p{ 1f "QoS 1" } }
       1 closed`,
      { listener: { maximumQos: 0 } },
    );
  });
});
