// Will Messages (3.1.2.5): when they are published, when not.

import { describe, it } from 'vitest';
import { ALL, dialogue, joins } from '../dialogue.js';

const WATCHED = `${joins(9, 'w')}9> 82 { 0001 p "w/#" 02 }\n9< 90 { 0001 p 02 }\n`;

describe.each(ALL)('MQTT %s', (version) => {
  const dies = (n: number, id: string, keepAlive = '003c'): string =>
    `${n}> 10 { proto 0e ${keepAlive} p "${id}" p "w/a" "gone" }\n${n}< 20 { 00 00 p }\n`;

  it.each([
    ['the connection is lost', '1 breaks'],
    [
      'a packet is malformed',
      version === '5.0'
        ? '1> 36 { "a" 0001 p }\n1< e0 { 81 p{ 1f "QoS 3" } }\n1 closed'
        : '1> 36 { "a" 0001 p }\n1 closed',
    ],
  ])('is published when %s', (_why, how) => {
    dialogue(version, `${WATCHED}${dies(1, 'a')}${how}\n9< 32 { "w/a" 0001 p 'gone' }\n9> 40 { 0001 }`);
  });

  it('is published when the client is silent for one and a half Keep Alives', () => {
    const told = version === '5.0' ? '1< e0 { 8d p{ 1f "nothing came for one and a half Keep Alives" } }' : '';
    dialogue(
      version,
      `${joins(9, 'w').replace('003c', '0000')}9> 82 { 0001 p "w/#" 02 }\n9< 90 { 0001 p 02 }
       ${dies(1, 'a', '000a')}
       wait 14s
       1> c0 00
       1< d0 00
       wait 14.9s
       wait 0.2s
       ${told}
       1 closed
       9< 32 { "w/a" 0001 p 'gone' }
       9> 40 { 0001 }`,
    );
  });

  it('is not published after DISCONNECT', () => {
    dialogue(version, `${WATCHED}${dies(1, 'a')}1> e0 00\n1 closed\nwait 10s`);
  });

  it('is published when another connection takes over, and the new one has its own', () => {
    const told = version === '5.0' ? '1< e0 { 8e p{ 1f "another connection has this Client Identifier" } }' : '';
    dialogue(
      version,
      `${WATCHED}${dies(1, 'a')}
       2> 10 { proto 02 003c p "a" }
       ${told}
       1 closed
       2< 20 { 00 00 p }
       9< 32 { "w/a" 0001 p 'gone' }
       9> 40 { 0001 }
       2 breaks`,
    );
  });

  it('is retained when it says so', () => {
    dialogue(
      version,
      `1> 10 { proto 26 003c p "a" p "w/a" "gone" }
       1< 20 { 00 00 p }
       1 breaks
       ${joins(2, 'b')}
       2> 82 { 0001 p "w/a" 00 }
       2< 90 { 0001 p 00 }
       2< 31 { "w/a" p 'gone' }`,
    );
  });
});

describe('MQTT 5.0', () => {
  const delayed = (n: number, flags: string): string =>
    `${n}> 10 { proto ${flags} 003c p{ 11 00000064 } "a" p{ 18 0000000a 26 "k" "v" 02 0000000f } "w/a" "gone" }\n`;
  const first = `${WATCHED}${delayed(1, '04')}1< 20 { 00 00 p }\n1 breaks\n`;
  const will = `9< 30 { "w/a" p{ 26 "k" "v" 02 0000000f } 'gone' }`;

  it('waits for its delay', () => {
    dialogue('5.0', `${first}wait 9s\nwait 2s\n${will}`);
  });

  it('is not published when the client is back in time', () => {
    dialogue('5.0', `${first}wait 9s\n1> 10 { proto 00 003c p "a" }\n1< 20 { 01 00 p }\nwait 20s\n1> e0 00\n1 closed`);
  });

  it('is published when the session ends before the delay is over', () => {
    dialogue(
      '5.0',
      `${WATCHED}1> 10 { proto 04 003c p{ 11 00000005 } "a" p{ 18 0000000a } "w/a" "gone" }
       1< 20 { 00 00 p }
       1 breaks
       wait 4s
       wait 2s
       9< 30 { "w/a" p 'gone' }`,
    );
  });

  it('is published when a clean start ends the session', () => {
    dialogue('5.0', `${first}wait 2s\n1> 10 { proto 02 003c p "a" }\n1< 20 { 00 00 p }\n${will}`);
  });

  it('is published after a DISCONNECT that asks for it, once its delay is over', () => {
    dialogue(
      '5.0',
      `${WATCHED}${delayed(1, '04')}1< 20 { 00 00 p }\n1> e0 { 04 }\n1 closed\nwait 9s\nwait 2s\n${will}`,
    );
  });
});
