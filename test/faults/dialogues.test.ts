// What each action and each condition does, on a virtual clock.

import { describe, expect, it } from 'vitest';
import { Faults } from '../../src/faults/faults.js';
import { joined, Play, play } from './play.js';

/** A PUBLISH and its PUBACK that pass. */
const passes = (id: string, topic = 't') =>
  `c> 32 { "${topic}" ${id} p 'x' }\ns< 32 { "${topic}" ${id} p 'x' }\ns> 40 { ${id} }\nc< 40 { ${id} }\n`;

describe('drop', () => {
  it('the PUBACK of every third PUBLISH', () => {
    play(
      ['drop PUBACK every 3'],
      `${joined()}${passes('0001')}${passes('0002')}
       c> 32 { "t" 0003 p 'x' }
       s< 32 { "t" 0003 p 'x' }
       s> 40 { 0003 }
       ! dropped PUBACK 3 of the server
       ${passes('0004')}`,
    );
  });

  it('takes one packet out of a row, whatever the chunks', () => {
    play(
      ['drop PUBLISH topic a/+'],
      `${joined()}
       c> 30 { "b" 'x' } 30 { "a/b" 'x' } 30 { "c" 'x' } 30
       ! dropped PUBLISH "a/b" of the client
       s< 30 { "b" 'x' } 30 { "c" 'x' }
       c> 06 0003
       c> 61 2f 63 7a
       ! dropped PUBLISH "a/c" of the client
       c> c0 00
       s< c0 00`,
    );
  });

  it('CONNECT itself', () => {
    play(
      ['drop CONNECT client a'],
      `c> 10 { proto 02 003c p "a" }\n! dropped CONNECT of the client\nc> c0 00\ns< c0 00`,
    );
  });

  it('the rest of a packet that is too long to keep', () => {
    const faults = new Faults(['drop PUBLISH topic long']);
    const made = new Play(faults).run(joined());
    const head = Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x01, 0, 4, 0x6c, 0x6f, 0x6e, 0x67);
    const rest = new Uint8Array(2_097_152 - 6).fill(7);
    expect(made.gate.push(0, head, 1)).toEqual([]);
    const kinds = [];
    for (let at = 0; at < rest.length; at += 65_536) {
      kinds.push(...made.gate.push(0, rest.subarray(at, at + 65_536), 1).map(({ kind }) => kind));
    }
    expect(kinds).toEqual(['fault']);
    made.run('c> c0 00\ns< c0 00');
  });
});

describe('delay', () => {
  it('PINGRESP, and what comes behind it', () => {
    play(
      ['delay PINGRESP 40s'],
      `${joined()}
       c> c0 00
       s< c0 00
       s> d0 00 30 { "t" 'x' }
       ! delayed PINGRESP of the server by 40s
       wait 39999ms
       s> 30 { "t" 'y' }
       c> c0 00
       s< c0 00
       wait 1ms
       c< d0 00 30 { "t" 'x' } 30 { "t" 'y' }`,
    );
  });

  it('PINGRESP, and lets others overtake, but not in their middle', () => {
    play(
      ['delay PINGRESP 2s overtake'],
      `${joined()}
       s> d0 00 30 { "t" 'x' }
       ! delayed PINGRESP of the server by 2s
       c< 30 { "t" 'x' }
       wait 1s
       s> 30 04 00
       c< 30 04 00
       wait 5s
       s> 01 74 78 30 { "t" 'y' }
       c< 01 74 78 d0 00 30 { "t" 'y' }`,
    );
  });

  it('the end of what the client sends', () => {
    play(
      ['delay DISCONNECT 1s'],
      `${joined()}
       c> e0 00
       ! delayed DISCONNECT of the client by 1s
       c ends
       wait 1s
       s< e0 00
       s< end
       s ends
       c< end`,
    );
  });

  it.each(['delay DISCONNECT 1s', 'delay DISCONNECT 1s overtake'])('%s: the FIN waits', (rule) => {
    play(
      [rule],
      `${joined()}
       c> e0 00
       ! delayed DISCONNECT of the client by 1s
       c ends
       wait 500ms
       wait 500ms
       s< e0 00
       s< end`,
    );
  });
});

describe('cut', () => {
  it.each([
    ['cut before PUBREL', '', 'before PUBREL 1 of the client', 'fin'],
    ['cut PUBREL after rst', 's< 62 { 0001 }', 'after PUBREL 1 of the client (RST)', 'rst'],
    ['cut PUBREL after byte 3', 's< 62 02 00', 'after byte 3 of PUBREL 1 of the client', 'fin'],
    ['cut PUBREL after byte 9', 's< 62 { 0001 }', 'after byte 4 of PUBREL 1 of the client', 'fin'],
  ])('%s', (rule, got, place, how) => {
    play(
      [rule],
      `${joined()}
       c> 34 { "t" 0001 p 'x' }
       s< 34 { "t" 0001 p 'x' }
       s> 50 { 0001 }
       c< 50 { 0001 }
       c> 62 { 0001 } c0 00
       ! cut the connection ${place}
       ${got}
       closed ${how}
       c> c0 00
       s> d0 00
       c ends`,
    );
  });

  it('waits for what is delayed before it', () => {
    play(
      ['delay PUBACK 1s', 'cut after PUBACK'],
      `${joined()}
       s> 40 { 0001 }
       ! delayed PUBACK 1 of the server by 1s
       ! cut the connection after PUBACK 1 of the server
       s> 40 { 0002 }
       wait 1s
       c< 40 { 0001 }
       closed fin`,
    );
  });

  it('after a packet that another rule has made longer', () => {
    play(
      ['corrupt endless-length of PUBACK', 'cut after PUBACK'],
      `${joined()}
       s> 40 { 0001 }
       ! corrupted endless-length of PUBACK 1 of the server
       ! cut the connection after PUBACK 1 of the server
       c< 40 ff ff ff ff 00 01
       closed fin`,
    );
  });

  it('inside a packet that is too long to keep', () => {
    const made = new Play(new Faults(['cut after byte 1500000 of PUBLISH', 'cut after PUBLISH'])).run(joined());
    const bytes = new Uint8Array(2_097_157).fill(7);
    bytes.set([0x30, 0x80, 0x80, 0x80, 0x01, 0, 1, 0x74]);
    let sent = 0;
    const kinds = new Set<string>();
    for (let at = 0; at < bytes.length; at += 50_000) {
      for (const output of made.gate.push(0, bytes.subarray(at, at + 50_000), 1)) {
        kinds.add(output.kind);
        if (output.kind === 'send') sent += output.bytes.length;
      }
    }
    expect(sent).toBe(1_500_000);
    expect([...kinds]).toEqual(['fault', 'send', 'close']);
  });
});

describe('duplicate, replace, inject, corrupt', () => {
  it.each([
    ['duplicate PUBACK', 'duplicated PUBACK 7 of the server', '40 { 0007 } 40 { 0007 }'],
    ['replace PUBACK with "50 02 00 07"', 'replaced PUBACK 7 of the server by 4 bytes', '50 02 00 07'],
    ['inject before PUBACK with d000', 'injected 2 bytes before PUBACK 7 of the server', 'd0 00 40 { 0007 }'],
    ['inject PUBACK after with d000', 'injected 2 bytes after PUBACK 7 of the server', '40 { 0007 } d0 00'],
    ['corrupt packet-identifier of PUBACK', 'corrupted packet-identifier of PUBACK 7 of the server', '40 02 00 08'],
    ['corrupt byte 1 bit 7 PUBACK', 'corrupted byte 1 bit 7 of PUBACK 7 of the server', 'c0 02 00 07'],
  ])('%s', (rule, told, gets) => {
    play(
      [rule],
      `${joined()}
       s> 30 { "t" 'x' } 40 { 0007 } 30 { "t" 'y' }
       ! ${told}
       c< 30 { "t" 'x' } ${gets} 30 { "t" 'y' }`,
    );
  });

  it('several rules for one packet; who takes it away is the last', () => {
    const { rules } = play(
      [
        'inject before PUBACK with d000',
        'duplicate PUBACK',
        'corrupt flags of PUBACK',
        'delay PUBACK 1s',
        'replace PUBACK with c000 nth 2',
        'cut PUBACK nth 3',
      ],
      `${joined()}
       s> 40 { 0001 }
       ! injected 2 bytes before PUBACK 1 of the server
       ! duplicated PUBACK 1 of the server
       ! corrupted flags of PUBACK 1 of the server
       ! delayed PUBACK 1 of the server by 1s
       wait 1s
       c< d0 00 41 02 00 01 41 02 00 01
       s> 40 { 0002 }
       ! injected 2 bytes before PUBACK 2 of the server
       ! duplicated PUBACK 2 of the server
       ! corrupted flags of PUBACK 2 of the server
       ! delayed PUBACK 2 of the server by 1s
       ! replaced PUBACK 2 of the server by 2 bytes
       wait 1s
       c< d0 00 c0 00`,
    );
    expect(rules.list().map(({ matches, injections }) => [matches, injections])).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
      [2, 2],
      [2, 1],
      [1, 0],
    ]);
  });
});

describe('limit', () => {
  it('one direction, and its end', () => {
    play(
      ['limit 20B/s from server client a'],
      `c> 10 { proto 02 003c "a" }
       s< 10 { proto 02 003c "a" }
       s> 20 { 00 00 } d0 00 d0 00
       ! limited the server to 20B/s
       c< 20
       wait 50ms
       c< 02
       s ends
       wait 299ms
       c< 00 00 d0 00 d0
       wait 1ms
       c< 00
       c< end
       c> c0 00 c0 00
       s< c0 00 c0 00`,
    );
  });

  it('also what comes while something waits', () => {
    play(
      ['limit 100B/s'],
      `c> 10 { proto 02 003c "a" }
       ! limited the client to 100B/s
       s< 10 0d 00 04 4d
       wait 45ms
       c> c0 00
       wait 5ms
       s< 51 54 54 04 02
       wait 100ms
       s< 00 3c 00 01 61 c0 00`,
    );
  });

  it('holds back what is not MQTT as well, and lets go when it is taken away', () => {
    play(
      ['limit 1B/s'],
      `c> 47 45 54
       ! limited the client to 1B/s
       s< 47
       - 1
       wait 1s
       s< 45 54`,
    );
  });
});

describe('when', () => {
  it.each([
    ['skip 1', [2, 3, 4, 5, 6]],
    ['every 2', [2, 4, 6]],
    ['skip 1 every 2', [3, 5]],
    ['nth 3', [3]],
    ['skip 2 nth 3', [5]],
    ['count 2', [1, 2]],
    ['every 2 count 2', [2, 4]],
    ['next', [1]],
    ['after 2s', [3, 4, 5, 6]],
    ['after 2s every 2', [4, 6]],
    ['qos 1', [2, 5]],
    ['qos 2', [3, 6]],
    ['from server', []],
    ['from client', [1, 2, 3, 4, 5, 6]],
    ['client b', []],
    ['client *a*', [1, 2, 3, 4, 5, 6]],
    ['topic t/#', [1, 2, 3, 4, 5, 6]],
    ['topic t/+/1', [2, 5]],
    ['probability 1', [1, 2, 3, 4, 5, 6]],
  ])('drop PUBLISH %s', (when, dropped) => {
    const made = new Play(new Faults([`drop PUBLISH ${when}`])).run(joined());
    for (let n = 1; n <= 6; n++) {
      const qos = (n - 1) % 3;
      const topic = `t/x/${qos}`;
      const packet = `3${2 * qos} { "${topic}" ${qos > 0 ? `000${n}` : ''} 'x' }`;
      const name = `PUBLISH${qos > 0 ? ` ${n}` : ''} "${topic}"`;
      const is = dropped.includes(n);
      made.run(
        `wait ${n === 1 ? 0 : 1}s\nwait 1ms\nc> ${packet}\n${is ? `! dropped ${name} of the client` : `s< ${packet}`}`,
      );
    }
  });

  it('the topic is that of the PUBLISH that is acknowledged, in both directions', () => {
    play(
      ['drop PUBACK,PUBREC,PUBCOMP,SUBACK topic a/#'],
      `${joined()}
       c> 82 { 0009 "a/b" 01 }
       s< 82 { 0009 "a/b" 01 }
       s> 90 { 0009 01 }
       ! dropped SUBACK 9 of the server
       c> 32 { "a/b" 0001 'x' } 32 { "b" 0002 'x' } 34 { "a" 0003 'x' }
       s< 32 { "a/b" 0001 'x' } 32 { "b" 0002 'x' } 34 { "a" 0003 'x' }
       s> 40 { 0001 } 40 { 0002 } 50 { 0003 }
       ! dropped PUBACK 1 of the server
       ! dropped PUBREC 3 of the server
       c< 40 { 0002 }
       s> 32 { "a/c" 0002 'x' }
       c< 32 { "a/c" 0002 'x' }
       c> 40 { 0002 } 40 { 0001 }
       ! dropped PUBACK 2 of the client
       s< 40 { 0001 }`,
    );
  });

  it('topic aliases are resolved', () => {
    play(
      ['drop PUBLISH topic a'],
      `c> 10 { proto 02 003c p "a" }
       s< 10 { proto 02 003c p "a" }
       s> 20 { 00 00 p }
       c< 20 { 00 00 p }
       c> 30 { "a" p{ 23 0001 } 'x' } 30 { "b" p{ 23 0002 } 'x' } 30 { "" p{ 23 0001 } 'y' } 30 { "" p{ 23 0002 } 'y' }
       ! dropped PUBLISH "a" of the client
       ! dropped PUBLISH of the client
       s< 30 { "b" p{ 23 0002 } 'x' } 30 { "" p{ 23 0002 } 'y' }`,
      '5.0',
    );
  });

  it('an assigned client identifier counts', () => {
    play(
      ['drop PINGREQ client auto-*'],
      `c> 10 { proto 02 003c p "" }
       s< 10 { proto 02 003c p "" }
       c> c0 00
       s< c0 00
       s> 20 0b 00 00 08 12 00 05 61
       c< 20 0b 00 00 08 12 00 05 61
       s> 75 74 6f 2d
       c< 75 74 6f 2d
       c> c0 00
       ! dropped PINGREQ of the client`,
      '5.0',
    );
  });

  it('over all connections, or for each', () => {
    for (const [rule, second] of [
      ['drop PINGREQ count 1', 's< c0 00'],
      ['drop PINGREQ count 1 per connection', '! dropped PINGREQ of the client'],
    ] as const) {
      const faults = new Faults([rule]);
      new Play(faults).run(`${joined()}c> c0 00\n! dropped PINGREQ of the client\nc> c0 00\ns< c0 00`);
      new Play(faults).run(`${joined()}c> c0 00\n${second}`);
    }
  });

  it('chance depends on the seed only', () => {
    const dropped = (seed: number): string => {
      const faults = new Faults([`drop PINGREQ probability 0.5 seed ${seed}`]);
      const { gate } = new Play(faults).run(joined());
      return Array.from({ length: 64 }, () => gate.push(0, Uint8Array.of(0xc0, 0), 1)[0]!.kind[0]).join('');
    };
    expect(dropped(7)).toBe(dropped(7));
    expect(dropped(7)).not.toBe(dropped(8));
    expect(dropped(7).split('f').length - 1).toBeGreaterThan(16);
    expect(dropped(7).split('f').length - 1).toBeLessThan(48);
  });
});

describe('rules that come and go', () => {
  it('apply from the next packet on', () => {
    play(
      [],
      `${joined()}
       c> 30 04 00
       s< 30 04 00
       + drop PUBLISH
       c> 01 74 78 30 { "t" 'y' }
       ! dropped PUBLISH "t" of the client
       s< 01 74 78
       - 1
       c> 30 { "t" 'z' }
       s< 30 { "t" 'z' }`,
    );
  });

  it('know the client that came before them', () => {
    play([], `${joined('dev-1')}\n+ drop PINGREQ client dev-*\nc> c0 00\n! dropped PINGREQ of the client`);
  });

  it('a packet that is held when its rule goes passes', () => {
    play(['drop PUBLISH'], `${joined()}\nc> 30 04 00\n- 1\nc> 01 74 78\ns< 30 04 00 01 74 78`);
  });
});

describe('what is not MQTT', () => {
  it('passes, and is told while a rule waits', () => {
    play(
      ['drop PUBLISH'],
      `c> 47 45 54 20 2f
       ! no faults from here on: this connection does not begin as MQTT does
       s< 47 45 54 20 2f
       s> 30 00 30 00
       c< 30 00 30 00
       c ends
       s< end`,
    );
  });

  it('passes in silence without rules', () => {
    play(
      ['limit 1kB/s client b'],
      `c> 47 45 54\ns< 47 45 54\nc> 47 45\ns< 47 45\n+ drop PUBLISH from server\ns> 31 00
       ! no faults from here on: this connection does not begin as MQTT does\nc< 31 00`,
    );
  });

  it.each(['30 ff ff ff ff 01 30 00', '01 00 30 00'])('from a damaged header on: %s', (bytes) => {
    play(
      ['drop PUBLISH'],
      `${joined()}
       c> ${bytes}
       ! no faults from here on: what the client sends is not MQTT
       s< ${bytes}
       s> 30 { "t" 'x' }
       ! dropped PUBLISH "t" of the server`,
    );
  });

  it('is told when a rule comes later', () => {
    play(
      [],
      `c> 47 45 54
       s< 47 45 54
       + drop PUBLISH
       c> 20 2f
       ! no faults from here on: this connection does not begin as MQTT does
       s< 20 2f
       c> 0d 0a
       s< 0d 0a`,
    );
  });

  it('a server that speaks first', () => {
    play(
      ['drop PINGREQ,PINGRESP'],
      `c> 10 0d 00 04
       s< 10 0d 00 04
       s> d0 00
       ! no faults from here on: what the server sends is not MQTT
       c< d0 00
       c> 4d 51 54 54 04 02 00 3c 00 01 61 c0 00
       ! dropped PINGREQ of the client
       s< 4d 51 54 54 04 02 00 3c 00 01 61`,
    );
  });

  it('half a packet goes on with its end', () => {
    play(['drop PUBLISH'], `${joined()}\nc> 30 04 00\nc ends\ns< 30 04 00\ns< end`);
  });
});
