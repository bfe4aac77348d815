// Messages whose payload is longer than maximumPayload: taken, acknowledged, passed on to nobody.

import { describe, expect, it } from 'vitest';
import { ALL, dialogue, joins } from '../dialogue.js';

describe.each(ALL)('MQTT %s', (version) => {
  it('does not pass on a payload that is too long', () => {
    const refused = version === '5.0' ? ' 83' : '';
    const { core } = dialogue(
      version,
      `${joins(1, 'a')}${joins(2, 'b')}
       1> 82 { 0001 p "t" 00 }
       1< 90 { 0001 p 00 }
       2> 30 { "t" p '1234' }
       2> 32 { "t" 0001 p '1234' }
       2< 40 { 0001${refused} }
       2> 34 { "t" 0002 p '1234' }
       2< 50 { 0002${refused} }
       ${version === '5.0' ? '' : '2> 62 { 0002 }\n2< 70 { 0002 }'}
       2> 30 { "t" p '123' }
       1< 30 { "t" p '123' }
       2> 32 { "t" 0003 p '123' }
       1< 30 { "t" p '123' }
       2< 40 { 0003 }`,
      { maximumPayload: 3 },
    );
    expect(core.counters.stored).toBe(0);
  });
});
