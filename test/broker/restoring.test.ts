// What is stored brings a session back after a restart, as if nothing had been.

import { describe, expect, it } from 'vitest';
import { ALL, Dialogue, joins } from './dialogue.js';

/** A new broker with what the old one stored, in whatever order. */
function restarted(old: Dialogue): Dialogue {
  const made = new Dialogue(old.version, { stores: true });
  made.now = old.now + 1e9;
  const records = [...old.stored.values()].reverse();
  made.apply(made.core.restore(records, made.now));
  for (const [name, record] of old.stored) if (!made.stored.has(name)) made.kept(name, record);
  return made;
}

const keeps = (n: number, id: string): string => `${n}> 10 { proto 00 003c p{ 11 00000064 } "${id}" }\n`;

describe.each(ALL)('MQTT %s', (version) => {
  const present = version === '3.1' ? '00' : '01';

  it('goes on with sessions, exchanges, queues and retained messages', () => {
    const old = new Dialogue(version, { stores: true, maximumInflight: 2 });
    old.run(
      `${keeps(1, 'a')}
       1< 20 { 00 00 p }
       1> 82 { 0001 p "t/#" 02 }
       1< 90 { 0001 p 02 }
       ${joins(2, 'b')}
       2> 35 { "t/1" 0001 p '1' } 32 { "t/2" 0002 p '2' } 32 { "t/3" 0003 p '3' }
       1< 34 { "t/1" 0001 p '1' } 32 { "t/2" 0002 p '2' }
       2< 50 { 0001 } 40 { 0002 } 40 { 0003 }
       1> 50 { 0001 }
       1< 62 { 0001 }
       1> 34 { "x" 0005 p 'x' }
       1< 50 { 0005 5:10 }`,
    );
    const made = restarted(old);
    made.run(
      `${keeps(1, 'a')}
       1< 20 { ${present} 00 p } 3a { "t/2" 0002 p '2' } 62 { 0001 } 32 { "t/3" 0003 p '3' }
       1> 3c { "x" 0005 p 'x' }
       1< 50 { 0005 }
       1> 62 { 0005 }
       1< 70 { 0005 }
       1> 70 { 0001 }
       1> 40 { 0002 }
       1> 40 { 0003 }
       2> 10 { proto 02 003c p "c" }
       2< 20 { 00 00 p }
       2> 82 { 0001 p "t/1" 00 }
       2< 90 { 0001 p 00 }
       2< 31 { "t/1" p '1' }
       2> 31 { "t/1" p }
       2< 30 { "t/1" p }
       1< 30 { "t/1" p }`,
    );
    expect(made.tables()).toEqual(['session', 'subscription']);
    expect(made.core.counters.stored).toBe(0);
  });

  it('publishes the wills of clients that were there', () => {
    const old = new Dialogue(version, { stores: true });
    old.run(
      `1> 10 { proto 26 003c p "a" p "w" "gone" }
       1< 20 { 00 00 p }`,
    );
    const made = restarted(old);
    made.run(`${joins(2, 'b')}2> 82 { 0001 p "w" 00 }\n2< 90 { 0001 p 00 }\n2< 31 { "w" p 'gone' }`);
    expect(made.tables()).toEqual(['retained']);
  });

  it('leaves nothing behind of sessions that end', () => {
    const old = new Dialogue(version, { stores: true });
    old.run(
      `${keeps(1, 'a')}
       1< 20 { 00 00 p }
       1> 82 { 0001 p "t" 02 }
       1< 90 { 0001 p 02 }
       1> 34 { "t" 0001 p 'x' }
       1< 34 { "t" 0001 p 'x' } 50 { 0001 }
       1 breaks
       ${joins(2, 'b')}
       2> 32 { "t" 0001 p 'y' }
       2< 40 { 0001 }
       ${joins(1, 'a')}`,
    );
    expect(old.tables()).toEqual([]);
  });
});

describe('MQTT 5.0', () => {
  it('counts the time of the restart', () => {
    const old = new Dialogue('5.0', { stores: true });
    old.run(`1> 10 { proto 00 003c p{ 11 0000000a } "a" }\n1< 20 { 00 00 p }\n1 breaks`);
    const late = restarted(old);
    late.wait(8.5e9);
    late.run('1> 10 { proto 00 003c p{ 11 0000000a } "a" }\n1< 20 { 01 00 p }\n1 breaks\nwait 11s');
    expect(late.tables()).toEqual([]);
  });

  it('stores no less than it needs and no more than is there', () => {
    const old = new Dialogue('5.0', { stores: true });
    old.apply(old.core.restore([{ table: 'outgoing', key: ['x', 1], value: STALE }], old.now));
    expect(old.tables()).toEqual([]);
    old.run(`${joins(1, 'x')}1> c0 00\n1< d0 00`);
  });
});

const STALE = { message: 7, packetId: 1, qos: 1, retain: false, identifiers: undefined, released: false } as const;
