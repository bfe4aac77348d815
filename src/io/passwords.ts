// Whether a password is the one that mosquitto_passwd hashed. PBKDF2 runs beside the event loop: with many iterations it
// takes long, and whoever asks may be guessing.

import { createHash, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { PasswordHash } from '../broker/config/password-file.js';

const derive = promisify(pbkdf2);

export async function isPassword(
  password: Uint8Array,
  { kind, iterations, salt, hash }: PasswordHash,
): Promise<boolean> {
  if (kind === 'sha512') return timingSafeEqual(createHash('sha512').update(password).update(salt).digest(), hash);
  return timingSafeEqual(await derive(password, salt, iterations, hash.length, 'sha512'), hash);
}
