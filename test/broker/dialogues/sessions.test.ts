// Sessions (3.1.2.4, 4.1, 4.4): what is kept, for how long, and what goes out again.

import { describe, expect, it } from 'vitest';
import { ALL, dialogue, joins } from '../dialogue.js';

const KEEPS = '5:11 5:00000064';
/** Connection n as `id` with a session that is kept: 100 s in 5.0. */
const keeps = (n: number, id: string): string => `${n}> 10 { proto 00 003c p{ ${KEEPS} } "${id}" }\n`;
const NEW = '< 20 { 00 00 p }\n';
/** 3.1 has no Session Present. */
const PRESENT = (n: number, version: string): string => `${n}< 20 { ${version === '3.1' ? '00' : '01'} 00 p }\n`;

describe.each(ALL)('MQTT %s', (version) => {
  const present = (n: number): string => PRESENT(n, version);
  const subscriber = `${keeps(1, 'a')}1${NEW}1> 82 { 0001 p "t/#" 02 }\n1< 90 { 0001 p 02 }\n`;

  it('queues for a client that is away, and sends on its return', () => {
    dialogue(
      version,
      `${subscriber}
       1> e0 00
       1 closed
       ${joins(2, 'b')}
       2> 30 { "t/0" p 'lost' }
       2> 32 { "t/1" 0001 p 'one' }
       2< 40 { 0001 }
       2> 34 { "t/2" 0002 p 'two' }
       2< 50 { 0002 }
       2> 62 { 0002 }
       2< 70 { 0002 }
       wait 30s
       ${keeps(1, 'a')}
       ${present(1)}
       1< 32 { "t/1" 0001 p 'one' }  34 { "t/2" 0002 p 'two' }
       1> 40 { 0001 }
       1> 50 { 0002 }
       1< 62 { 0002 }
       1> 70 { 0002 }`,
    );
  });

  it('sends again what was not acknowledged, in the order of its sending', () => {
    dialogue(
      version,
      `${subscriber}
       ${joins(2, 'b')}
       2> 32 { "t/1" 0001 p 'one' }
       2< 40 { 0001 }
       1< 32 { "t/1" 0001 p 'one' }
       2> 34 { "t/2" 0002 p 'two' }
       2< 50 { 0002 }
       1< 34 { "t/2" 0002 p 'two' }
       2> 34 { "t/3" 0003 p 'three' }
       2< 50 { 0003 }
       1< 34 { "t/3" 0003 p 'three' }
       1> 50 { 0002 }
       1< 62 { 0002 }
       1 breaks
       wait 1s
       ${keeps(1, 'a')}
       ${present(1)}
       1< 3a { "t/1" 0001 p 'one' }  3c { "t/3" 0003 p 'three' }  62 { 0002 }
       1> 40 { 0001 }
       1> 70 { 0002 }
       1> 50 { 0003 }
       1< 62 { 0003 }
       1> 70 { 0003 }
       2> 62 { 0002 }
       2< 70 { 0002 }
       2> 62 { 0003 }
       2< 70 { 0003 }`,
    );
  });

  it('answers a repeated QoS 2 message of a client that comes back, and passes it on once', () => {
    dialogue(
      version,
      `${joins(2, 'b')}
       2> 82 { 0001 p "t" 02 }
       2< 90 { 0001 p 02 }
       ${keeps(1, 'a')}1${NEW}
       1> 34 { "t" 0007 p 'x' }
       2< 34 { "t" 0001 p 'x' }
       1< 50 { 0007 }
       1 breaks
       ${keeps(1, 'a')}
       ${present(1)}
       1> 3c { "t" 0007 p 'x' }
       1< 50 { 0007 }
       1> 62 { 0007 }
       1< 70 { 0007 }
       2> 50 { 0001 }
       2< 62 { 0001 }
       2> 70 { 0001 }`,
    );
  });

  it('ends the session on a clean start', () => {
    const { events } = dialogue(
      version,
      `${subscriber}
       1 breaks
       ${joins(1, 'a')}
       ${joins(2, 'b')}
       2> 32 { "t/1" 0001 p 'one' }
       2< 40 { 0001 5:10 }`.replace('40 { 0001 5:10 }', version === '5.0' ? '40 { 0001 10 }' : '40 { 0001 }'),
    );
    expect(events).toContainEqual({ name: 'session-ended', clientId: 'a', why: 'clean-start' });
  });

  it('ends the older connection when a client comes twice', () => {
    dialogue(
      version,
      `${subscriber}
       2> 10 { proto 00 003c p{ ${KEEPS} } "a" }
       ${version === '5.0' ? '1< e0 { 8e p{ 1f "another connection has this Client Identifier" } }' : ''}
       1 closed
       ${present(2)}
       2> 30 { "t/1" p 'x' }
       2< 30 { "t/1" p 'x' }`,
    );
  });
});

describe('MQTT 5.0', () => {
  it('forgets a session when its interval is over', () => {
    const { events } = dialogue(
      '5.0',
      `1> 10 { proto 00 003c p{ 11 0000000a } "a" }
       1${NEW}
       1> e0 00
       1 closed
       wait 9s
       1> 10 { proto 00 003c p{ 11 0000000a } "a" }
       ${PRESENT(1, '5.0')}
       1 breaks
       wait 11s
       1> 10 { proto 00 003c p{ 11 0000000a } "a" }
       1${NEW}`,
    );
    expect(events).toContainEqual({ name: 'session-ended', clientId: 'a', why: 'expired' });
  });

  it('takes a new interval from DISCONNECT', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 00 003c p{ 11 0000000a } "a" }
       1${NEW}
       1> e0 { 00 p{ 11 00000000 } }
       1 closed
       1> 10 { proto 00 003c p{ 11 0000000a } "a" }
       1${NEW}
       1> e0 { 00 p{ 11 00000064 } }
       1 closed
       wait 50s
       1> 10 { proto 00 003c p "a" }
       ${PRESENT(1, '5.0')}
       1> e0 { 00 p{ 11 00000064 } }
       1< e0 { 82 p{ 1f "a Session Expiry Interval after 0" } }
       1 closed`,
    );
  });

  it('says how long it keeps a session at most', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 00 003c p{ 11 ffffffff } "a" }
       1< 20 { 00 00 p{ 11 0000003c } }
       1> e0 00
       1 closed
       wait 61s
       1> 10 { proto 00 003c p{ 11 00000005 } "a" }
       1${NEW}`,
      { sessionExpiryMaximum: 60 },
    );
  });

  it('stays within the Receive Maximum of a client that comes back with a smaller one', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 00 003c p{ 11 00000064 } "a" }
       1${NEW}
       1> 82 { 0001 p "t" 01 }
       1< 90 { 0001 p 01 }
       ${joins(2, 'b')}
       2> 32 { "t" 0001 p '1' } 32 { "t" 0002 p '2' } 32 { "t" 0003 p '3' }
       1< 32 { "t" 0001 p '1' } 32 { "t" 0002 p '2' } 32 { "t" 0003 p '3' }
       2< 40 { 0001 } 40 { 0002 } 40 { 0003 }
       1 breaks
       1> 10 { proto 00 003c p{ 21 0001 11 00000064 } "a" }
       ${PRESENT(1, '5.0')}
       1< 3a { "t" 0001 p '1' }
       1> 40 { 0001 }
       1< 3a { "t" 0002 p '2' }
       2> 32 { "t" 0004 p '4' }
       2< 40 { 0004 }
       1> 40 { 0002 }
       1< 3a { "t" 0003 p '3' }
       1> 40 { 0003 }
       1< 32 { "t" 0004 p '4' }
       1> 40 { 0004 }`,
    );
  });
});
