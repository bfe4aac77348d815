import { describe, expect, it } from 'vitest';
import { parseAcl } from '../../../src/broker/config/acl-file.js';
import { authorizeBy } from '../../../src/broker/config/authorize.js';
import { type Remark, renderRemark } from '../../../src/broker/config/remark.js';
import type { Client } from '../../../src/broker/settings.js';
import { ACCESS, WRONG_ACLS } from './access-rows.js';

const told = (acl: string): string[] =>
  parseAcl({ name: 'a.acl', text: acl }).remarks.map((remark: Remark) => renderRemark(remark));

describe.each(ACCESS)('$acl', ({ acl, clientId, userName, topics }) => {
  const client: Client = { clientId, userName, version: '5.0', listener: 0, remote: '' };
  const authorize = authorizeBy(parseAcl({ name: 'a.acl', text: acl }).list!);

  it.each(Object.entries(topics))(`for ${clientId} of ${userName}: %s is %s`, (topic, expected) => {
    const may = (action: 'receive' | 'publish', letter: string): string =>
      authorize(client, action, topic) ? letter : '-';
    expect(may('receive', 'r') + may('publish', 'w')).toBe(expected);
    // And once more, from memory.
    expect(may('receive', 'r') + may('publish', 'w')).toBe(expected);
    expect(authorize(client, 'subscribe', topic)).toBe(true);
  });
});

it('answers for more topics than it remembers', () => {
  const client: Client = { clientId: 'c', userName: undefined, version: '5.0', listener: 0, remote: '' };
  const authorize = authorizeBy(parseAcl({ name: 'a.acl', text: 'topic write a/+/x' }).list!);
  for (let index = 0; index < 3000; index++) {
    expect(authorize(client, 'publish', `a/${index}/x`)).toBe(true);
    expect(authorize(client, 'publish', `b/${index}/x`)).toBe(false);
  }
});

it.each(WRONG_ACLS)('all errors of a file are told: %j', (acl, errors) => {
  expect(told(acl)).toEqual(errors);
  expect(parseAcl({ name: 'a.acl', text: acl }).list).toBeUndefined();
});

it.each<[acl: string, remarks: readonly string[]]>([
  ['pattern a', ['a.acl:1: warning: pattern "a" has neither %c nor %u']],
  ['topic a/%c', ['a.acl:1: warning: topic "a/%c": %c and %u work in pattern only']],
  ['topic deny', ['a.acl:1: warning: topic deny: this is the topic "deny", with read and write access']],
])('what works otherwise than one might think is told: %j', (acl, remarks) => {
  expect(told(acl)).toEqual(remarks);
});
