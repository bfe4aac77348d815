// SCRAM-SHA-256 as RFC 7677 shows it, message by message, and what must not pass.

import { describe, expect, it } from 'vitest';
import {
  type ScramOptions,
  type ScramState,
  scramCredentials,
  scramFinal,
  scramFirst,
  scramMethod,
} from '../../src/io/scram.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

// RFC 7677 3: user "user", password "pencil".
const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
const SERVER_NONCE = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const NONCE = `rOprNGfwEbeRWgbNEkqO${SERVER_NONCE}`;
const FIRST = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO';
const PROOF = 'p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
const FINAL = `c=biws,r=${NONCE},${PROOF}`;
const PENCIL = scramCredentials('pencil', SALT, 4096);

const options: ScramOptions = {
  lookUp: (name) => (name === 'user' || name === 'a,b=c' ? PENCIL : undefined),
  nextNonce: () => SERVER_NONCE,
  secret: bytes('secret'),
};

function begun(message = FIRST): ScramState {
  const first = scramFirst(bytes(message), options);
  if (first.kind !== 'challenge') throw new Error(first.reason);
  return first.state;
}

it('speaks the dialogue of RFC 7677', () => {
  const first = scramFirst(bytes(FIRST), options);
  expect(first.kind === 'challenge' && text(first.data)).toBe(`r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`);
  const final = scramFinal(bytes(FINAL), begun());
  expect(final).toMatchObject({ kind: 'success', userName: 'user' });
  expect(final.kind === 'success' && text(final.data)).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

it.each([
  ['a comma and an equals sign', 'n,,n=a=2Cb=3Dc,r=x', 'a,b=c'],
  ['an authorisation for oneself', 'n,a=user,n=user,r=x', 'user'],
  ['a client that could bind channels', 'y,,n=user,r=x', 'user'],
  ['an extension', 'n,,n=user,r=x,e=1', 'user'],
])('takes %s', (_, message, name) => {
  expect(begun(message).userName).toBe(name);
});

describe('refuses a first message with', () => {
  it.each([
    ['channel binding', 'p=tls-unique,,n=user,r=x', 'channel binding is not supported'],
    ['another to act for', 'n,a=root,n=user,r=x', 'to act as somebody else is not supported'],
    ['a wrong escape', 'n,,n=a=2c,r=x', 'a user name with a wrong escape'],
    ['no user', 'n,,r=x', 'no client-first-message'],
    ['an empty nonce', 'n,,n=user,r=', 'no client-first-message'],
    ['a mandatory extension', 'n,,m=1,n=user,r=x', 'no client-first-message'],
    ['nothing', '', 'no client-first-message'],
    ['too much', `n,,n=${'a'.repeat(5000)},r=x`, 'no client-first-message'],
  ])('%s', (_, message, reason) => {
    expect(scramFirst(bytes(message), options)).toEqual({ kind: 'failure', reason });
  });

  it('bytes that are no UTF-8', () => {
    expect(scramFirst(new Uint8Array([0xff, 0xfe]), options).kind).toBe('failure');
  });
});

describe('refuses a final message with', () => {
  it.each([
    ['another proof', FINAL.replace('p=d', 'p=e')],
    ['a short proof', `c=biws,r=${NONCE},p=AAAA`],
    ['no proof', `c=biws,r=${NONCE}`],
    ['another nonce', `c=biws,r=other,${PROOF}`],
    ['another header', `c=eSws,r=${NONCE},${PROOF}`],
    ['nothing', ''],
  ])('%s', (_, message) => {
    expect(scramFinal(bytes(message), begun()).kind).toBe('failure');
  });
});

it('does not tell that a name is unknown before the proof', () => {
  const ask = () => scramFirst(bytes('n,,n=nobody,r=x'), options);
  const [one, two] = [ask(), ask()];
  expect(one.kind).toBe('challenge');
  expect(one).toEqual(two);
  const state = begun('n,,n=nobody,r=x');
  expect(scramFinal(bytes(`c=biws,r=${state.nonce},${PROOF}`), state).kind).toBe('failure');
});

describe('as a method of the broker', () => {
  const method = scramMethod(options);
  const context = { clientId: 'c', userName: undefined, listener: 0, again: false };

  it.each([
    ['with the first message', true],
    ['without data', false],
  ])('begins %s', (_, atOnce) => {
    let result = method.start(atOnce ? bytes(FIRST) : undefined, context);
    if (!atOnce) {
      expect(result).toEqual({ kind: 'continue', state: undefined });
      result = method.continue(undefined, bytes(FIRST));
    }
    expect(result.kind).toBe('continue');
    const state = result.kind === 'continue' ? result.state : undefined;
    expect(method.continue(state, bytes(FINAL))).toMatchObject({ kind: 'success', userName: 'user' });
  });

  it.each([
    ['no data at the end', undefined],
    ['a wrong proof', bytes(FINAL.replace('p=d', 'p=e'))],
  ])('refuses %s as not authorized', (_, data) => {
    expect(method.continue(begun(), data)).toMatchObject({ kind: 'failure', reasonCode: 0x87 });
  });
});
