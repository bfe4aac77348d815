// Retained messages (3.3.1.3, 3.8.3.1).

import { describe, it } from 'vitest';
import { ALL, dialogue, joins } from '../dialogue.js';

const ANSWER = '1< 90 { 0001 p 00 }';

describe.each(ALL)('MQTT %s', (version) => {
  it('goes to later subscribers with RETAIN, to those there without', () => {
    dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "a/+" 00 }
       ${ANSWER}
       2> 31 { "a/b" p 'x' }
       1< 30 { "a/b" p 'x' }
       2> 82 { 0001 p "a/#" 01 }
       2< 90 { 0001 p 01 }
       2< 31 { "a/b" p 'x' }`,
    );
  });

  it('is replaced by a later one, and removed by an empty one', () => {
    dialogue(
      version,
      `${joins(1, 'a')}
       1> 31 { "a" p 'x' } 31 { "a" p 'y' } 31 { "b" p 'z' } 31 { "b" p }
       1> 82 { 0001 p "#" 00 }
       ${ANSWER}
       1< 31 { "a" p 'y' }`,
    );
  });

  it.each([
    ['#', ['a', 'a/b', 'a/b/c', 'd']],
    ['a/#', ['a', 'a/b', 'a/b/c']],
    ['a/+', ['a/b']],
    ['+', ['a', 'd']],
    ['+/b/#', ['a/b', 'a/b/c']],
    ['+/+/c', ['a/b/c']],
    ['$SYS/#', ['$SYS/x']],
    ['$SYS/+', ['$SYS/x']],
    ['+/x', []],
    ['x', []],
  ])('%s brings what it matches', (filter, topics) => {
    const made = dialogue(version, '');
    made.input({ kind: 'published', topic: '$SYS/x', payload: Uint8Array.of(0x31), qos: 0, retain: true });
    made.run(
      `${joins(1, 'a')}
       1> ${['a', 'a/b', 'a/b/c', 'd'].map((topic) => `31 { "${topic}" p '1' }`).join(' ')}
       1> 82 { 0001 p "${filter}" 00 }
       ${ANSWER}
       ${topics.map((topic) => `1< 31 { "${topic}" p '1' }`).join('\n')}`,
    );
  });

  it('comes again with each SUBSCRIBE of the same filter', () => {
    dialogue(
      version,
      `${joins(1, 'a')}
       1> 31 { "a" p 'x' }
       1> 82 { 0001 p "a" 00 }
       ${ANSWER}
       1< 31 { "a" p 'x' }
       1> 82 { 0001 p "a" 00 }
       ${ANSWER}
       1< 31 { "a" p 'x' }`,
    );
  });
});

describe('MQTT 5.0', () => {
  it('comes as Retain Handling says', () => {
    dialogue(
      '5.0',
      `${joins(1, 'a')}
       1> 31 { "a" 00 'x' }
       1> 82 { 0001 00 "a" 10 }
       1< 90 { 0001 00 00 }
       1< 31 { "a" 00 'x' }
       1> 82 { 0001 00 "a" 10 }
       1< 90 { 0001 00 00 }
       1> 82 { 0001 00 "a" 20 }
       1< 90 { 0001 00 00 }
       1> 82 { 0001 00 "+" 20 }
       1< 90 { 0001 00 00 }`,
    );
  });

  it('keeps RETAIN for Retain As Published', () => {
    dialogue(
      '5.0',
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 00 "a" 08 }
       1< 90 { 0001 00 00 }
       2> 31 { "a" 00 'x' } 30 { "a" 00 'y' }
       1< 31 { "a" 00 'x' } 30 { "a" 00 'y' }`,
    );
  });

  it('carries the Subscription Identifier, and what is left of its interval', () => {
    dialogue(
      '5.0',
      `${joins(1, 'a')}${joins(2, 'b')}
       2> 31 { "a" p{ 02 0000000a 03 "text" } 'x' }
       wait 4.5s
       1> 82 { 0001 p{ 0b 8001 } "a" 00 }
       1< 90 { 0001 00 00 }
       1< 31 { "a" p{ 0b 8001 02 00000006 03 "text" } 'x' }
       wait 6s
       1> 82 { 0001 p{ 0b 02 } "a" 00 }
       1< 90 { 0001 00 00 }`,
    );
  });

  it('is refused where it is not available', () => {
    dialogue(
      '5.0',
      `1> 10 { proto 02 003c p "a" }
       1< 20 { 00 00 p{ 25 00 } }
       1> 31 { "a" 00 'x' }
       1< e0 { 9a p{ 1f "RETAIN" } }
       1 closed
       1> 10 { proto 26 003c 00 "a" 00 "w" "x" }
       1< 20 { 00 9a p{ 1f "Will Retain" } }
       1 closed`,
      { listener: { retainAvailable: false } },
    );
  });

  it('comes in bursts where there are many, and goes on as the client acknowledges', () => {
    const topics = Array.from({ length: 9 }, (_, i) => `a/${i}`);
    const made = dialogue('5.0', `${joins(1, 'a')}`, {
      retainedBurst: 2,
      maximumInflight: 3,
      maximumQueuedMessages: 4,
    });
    made.run(
      `${topics.map((topic) => `1> 33 { "${topic}" ${'0001'} 00 'x' }\n1< 40 { 0001 10 }`).join('\n')}
       2> 10 { proto 02 003c 00 "b" }
       2< 20 { 00 00 00 }
       2> 82 { 0001 00 "a/#" 01 }
       2< 90 { 0001 00 01 } 33 { "a/0" 0001 00 'x' } 33 { "a/1" 0002 00 'x' }
       wait 1ms
       2< 33 { "a/2" 0003 00 'x' }`,
    );
    made.run(
      topics
        .map((_, i) => {
          const id = (n: number): string => n.toString(16).padStart(4, '0');
          const next = i + 3 < 9 ? `2< 33 { "a/${i + 3}" ${id(i + 4)} 00 'x' }` : '';
          return `2> 40 { ${id(i + 1)} }\n${next}\nwait 1ms`;
        })
        .join('\n'),
    );
  });
});
