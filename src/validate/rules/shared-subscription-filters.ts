// Topic filters of shared subscriptions (5.0: 4.8.2): $share/, a ShareName without / + #, another /, a topic filter. What
// comes behind the ShareName is judged as every topic filter is.

import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { shown } from './topic-encoding.js';
import { eachFilter, SHARE } from './topic-filters.js';

/** What is wrong with the part up to the topic filter, or with that being absent. */
function shareFault(filter: string): string | undefined {
  const slash = filter.indexOf('/', SHARE.length);
  const name = filter.slice(SHARE.length, slash < 0 ? undefined : slash);
  if (/[+#]/.test(name)) return `has a wildcard in its ShareName ${shown(name)}`;
  if (slash < 0) return `ends with its ShareName ${shown(name)}: no / and no topic filter follow`;
  return slash === filter.length - 1 ? 'has no topic filter behind its ShareName' : undefined;
}

const isShared = (filter: string): boolean => filter.startsWith(SHARE);
/** Nothing stands between $share/ and the next / or the end. */
const isNameless = (filter: string): boolean => filter.length === SHARE.length || filter[SHARE.length] === '/';

export const SHARED_SUBSCRIPTION_FILTERS: RuleSet = {
  rules: [
    frameRule({
      name: 'share-name-empty',
      refs: { '5.0': ['MQTT-4.8.2-1'] },
      party: 'client',
      hint: 'name the share: $share/name/filter',
      due: 0x82,
      on: ['SUBSCRIBE', 'UNSUBSCRIBE'],
      check(packet, verdict) {
        eachFilter(packet, verdict, (filter, path) => {
          if (!isShared(filter)) return;
          if (!isNameless(filter)) verdict.hold();
          else verdict.violate({ message: `shared subscription ${shown(filter)} has an empty ShareName`, path });
        });
      },
      violates: [
        {
          title: 'two slashes behind $share',
          transcript: `${OPENED}> 82 { 0001 p "$share//a" 00 }`,
          frame: 3,
          at: 7,
          length: 9,
        },
        {
          title: 'nothing behind $share/',
          transcript: `${OPENED}> a2 { 0001 p "$share/" }`,
          frame: 3,
          at: 7,
          length: 7,
        },
      ],
      complies: [
        {
          title: 'a name of one character',
          transcript: `${OPENED}> 82 { 0001 p "$share/n/a" 00 }
                       < 90 { 0001 p 00 }`,
        },
      ],
    }),
    frameRule({
      name: 'share-name-invalid',
      refs: { '5.0': ['MQTT-4.8.2-2'] },
      party: 'client',
      hint: 'write shared subscriptions as $share/name/filter, the name without + and #',
      due: 0x82,
      on: ['SUBSCRIBE', 'UNSUBSCRIBE'],
      check(packet, verdict) {
        eachFilter(packet, verdict, (filter, path) => {
          if (!isShared(filter) || isNameless(filter)) return;
          const fault = shareFault(filter);
          if (fault === undefined) verdict.hold();
          else verdict.violate({ message: `shared subscription ${shown(filter)} ${fault}`, path });
        });
      },
      violates: [
        {
          title: 'a wildcard in the name',
          transcript: `${OPENED}> 82 { 0001 p "$share/n+/a" 00 }`,
          frame: 3,
          at: 7,
          length: 11,
        },
        {
          title: 'no filter',
          transcript: `${OPENED}> 82 { 0001 p "$share/n" 00 }`,
          frame: 3,
          at: 7,
          length: 8,
        },
        {
          title: 'an empty filter, to unsubscribe',
          transcript: `${OPENED}> a2 { 0001 p "$share/n/" }`,
          frame: 3,
          at: 7,
          length: 9,
        },
      ],
      complies: [
        {
          title: 'filters with and without wildcards, and one that begins with /',
          transcript: `${OPENED}> 82 { 0001 p "$share/n/a/+" 00 "$share/n//a" 00 }
                       < 90 { 0001 p 00 00 }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
