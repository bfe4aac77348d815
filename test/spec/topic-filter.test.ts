// Topic filters: the examples of section 4.7 and 4.8.2, overlaps both ways round, and what is wrong with one.

import { describe, expect, it } from 'vitest';
import { checkTopicFilter, filtersOverlap, matchesTopic, topicFilter } from '../../src/spec/topic-filter.js';

describe('matches', () => {
  it.each([
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/tennis/player1/#', 'sport/tennis/player10', false],
    ['sport/#', 'sport', true],
    ['#', 'a/b', true],
    ['#', '/', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/tennis/#', 'a/tennis', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/broker', false],
    ['+/monitor/Clients', '$SYS/monitor/Clients', false],
    ['$SYS/#', '$SYS/broker', true],
    ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
    ['a/#', 'a/$b', true],
    ['a', 'A', false],
    ['a', 'a/', false],
    ['a/b', 'a/b', true],
    ['a/b', 'a', false],
    ['$share/g/a/+', 'a/b', true],
    ['$share/g/#', '$SYS/a', false],
    ['a/#/b', 'a/x/b', false],
    ['a/#/b', 'a/#/b', true],
    ['a+', 'ab', false],
  ])('%s and the topic %s: %j', (filter, topic, expected) => {
    expect(matchesTopic(topicFilter(filter), topic)).toBe(expected);
  });
});

describe('overlap', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/c', false],
    ['a/+', '+/b', true],
    ['a/#', 'a', true],
    ['a/#', '+', true],
    ['a/#', 'b/#', false],
    ['#', 'x/y/z', true],
    ['#', '+', true],
    ['#', '$SYS/#', false],
    ['+/a', '$SYS/a', false],
    ['$SYS/#', '$SYS/+/x', true],
    ['+/b/#', 'a/+/c', true],
    ['a/+/c', 'a/b', false],
    ['a/+', 'a', false],
    ['$share/g/a/#', 'a/b', true],
    ['', 'a', false],
  ])('%s and %s: %j', (a, b, expected) => {
    expect(filtersOverlap(topicFilter(a), topicFilter(b))).toBe(expected);
    expect(filtersOverlap(topicFilter(b), topicFilter(a))).toBe(expected);
  });

  it('is what matching says, for all short filters and topics', () => {
    const levels = ['a', 'b', '$', '+'];
    const paths = [...levels, ...levels.flatMap((one) => levels.map((two) => `${one}/${two}`))];
    const filters = [...paths, '#', ...paths.filter((one) => one.length < 4).map((one) => `${one}/#`)];
    // A topic of three levels stands for all that are longer; "z" for all other names.
    const names = ['a', 'b', '$', 'z'];
    const two = names.flatMap((one) => names.map((other) => `${one}/${other}`));
    const topics = [...names, ...two, ...two.map((one) => `${one}/z`)];
    for (const a of filters) {
      for (const b of filters) {
        const [one, other] = [topicFilter(a), topicFilter(b)];
        const both = topics.some((topic) => matchesTopic(one, topic) && matchesTopic(other, topic));
        expect(filtersOverlap(one, other), `${a} and ${b}`).toBe(both);
      }
    }
  });
});

describe('a filter that is given', () => {
  it.each(['a', '/', '+', '#', 'a/+/b/#', '$SYS/#', '$share/g/a', '$share/g//', '$shared/+', ' '])(
    '%j is one',
    (text) => {
      expect(checkTopicFilter(text)).toEqual({ ok: true, filter: topicFilter(text) });
    },
  );

  it.each([
    ['', 0, /at least one character/],
    ['a/#/b', 2, /^# must be the last level/],
    ['#/#', 0, /^# must be the last level/],
    ['a/b#', 3, /^# must be a level by itself/],
    ['ab/c+/d', 4, /^\+ must be a level by itself/],
    ['a\0b', 1, /U\+0000/],
    ['$share', 6, /\$share\/<name>\/<filter>/],
    ['$share/g', 8, /\$share\/<name>\/<filter>/],
    ['$share//a', 9, /\$share\/<name>\/<filter>/],
    ['$share/g/', 9, /\$share\/<name>\/<filter>/],
    ['$share/g+/a', 8, /no wildcards/],
    ['$share/g/a/#/b', 11, /^# must be the last level/],
  ])('%j is none: character %i', (text, at, message) => {
    expect(checkTopicFilter(text)).toEqual({ ok: false, at, message: expect.stringMatching(message) });
  });
});
