import { describe, it } from 'vitest';
import { ALL, dialogue, joins } from '../dialogue.js';

describe.each(ALL)('MQTT %s', (version) => {
  it('connects, pings, disconnects', () => {
    dialogue(version, `${joins(1, 'a')}1> c0 00\n1< d0 00\n1> e0 00\n1 closed`);
  });

  it('passes a message on at each QoS', () => {
    dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "t/#" 02 }
       1< 90 { 0001 p 02 }
       2> 30 { "t/0" p 'x' }
       1< 30 { "t/0" p 'x' }
       2> 32 { "t/1" 0007 p 'y' }
       1< 32 { "t/1" 0001 p 'y' }
       2< 40 { 0007 }
       1> 40 { 0001 }
       2> 34 { "t/2" 0008 p 'z' }
       1< 34 { "t/2" 0002 p 'z' }
       2< 50 { 0008 }
       2> 62 { 0008 }
       2< 70 { 0008 }
       1> 50 { 0002 }
       1< 62 { 0002 }
       1> 70 { 0002 }`,
    );
  });
});
