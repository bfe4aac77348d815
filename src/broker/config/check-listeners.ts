// What makes listeners impossible together, or unsafe by mistake. mosquitto opens a listener in the clear when its key is
// missing; here that is an error, since nobody means it.

import { isIdentifiedByTls, type ListenerOptions } from './configuration.js';
import { placeText } from './option.js';
import type { Place, Remarks } from './remark.js';

/** `file` stands for the place of what no line asked for. */
export function checkListeners(listeners: readonly ListenerOptions[], file: Place, remarks: Remarks): void {
  for (const [index, listener] of listeners.entries()) {
    const place = listener.place ?? file;
    checkEncryption(listener, place, remarks);
    if (isOfOtherFamily(listener)) {
      remarks.error(place, `the address ${listener.host} is none of socket_domain ${listener.socketDomain}`);
    }
    if (isClosed(listener)) {
      remarks.warning(place, 'nobody can connect: there is no password_file, and allow_anonymous is false');
    }
    const same = listeners.slice(0, index).find((other) => sameSocket(other, listener));
    if (same !== undefined) {
      const where = same.place === undefined ? '' : ` ${placeText(same.place, place)}`;
      remarks.error(place, `${socketText(listener)} already has a listener${where}`);
    }
  }
}

function checkEncryption(listener: ListenerOptions, place: Place, remarks: Remarks): void {
  const { certFile, keyFile, pskHint, requireCertificate, caFile, caPath, security } = listener;
  if (certFile !== undefined && keyFile === undefined) remarks.error(place, 'the listener has certfile but no keyfile');
  if (keyFile !== undefined && certFile === undefined) remarks.error(place, 'the listener has keyfile but no certfile');
  if (certFile !== undefined && pskHint !== undefined) {
    remarks.warning(place, 'psk_hint has no effect in a listener with certfile');
  }
  if (requireCertificate && certFile === undefined) {
    remarks.error(place, 'the listener has require_certificate, but is not TLS (certfile, keyfile)');
  } else if (requireCertificate && caFile === undefined && caPath === undefined) {
    remarks.error(
      place,
      'the listener has require_certificate, but nothing to check certificates with (cafile, capath)',
    );
  }
  if (certFile === undefined && pskHint === undefined) {
    if (listener.useIdentityAsUsername || listener.useSubjectAsUsername) {
      remarks.warning(place, 'the listener takes user names from TLS, but is not TLS');
    }
  } else if (certFile === undefined && security.pskFile === undefined) {
    remarks.warning(place, 'the listener has psk_hint, but no psk_file: nobody can connect');
  }
}

/** As mosquitto has it from 2.0 on: without either, a user name is worth nothing. */
function isClosed(listener: ListenerOptions): boolean {
  const { passwordFile, allowAnonymous } = listener.security;
  return passwordFile === undefined && !allowAnonymous && !isIdentifiedByTls(listener);
}

/** A name may have addresses of both. */
function isOfOtherFamily({ host = '', socketDomain }: ListenerOptions): boolean {
  if (socketDomain === 'ipv6') return /^\d+\.\d+\.\d+\.\d+$/.test(host);
  return socketDomain === 'ipv4' && host.includes(':');
}

function sameSocket(a: ListenerOptions, b: ListenerOptions): boolean {
  if (a.unixSocketPath !== undefined) return a.unixSocketPath === b.unixSocketPath;
  if (a.port !== b.port || b.unixSocketPath !== undefined) return false;
  if (a.socketDomain !== undefined && b.socketDomain !== undefined && a.socketDomain !== b.socketDomain) return false;
  // Other addresses may or may not be another machine's: the system will tell.
  return a.host === b.host && a.bindInterface === b.bindInterface;
}

/** As in messages: "port 1883", "port 1883 of 127.0.0.1", the path of a Unix socket. */
export function socketText({ port, host, unixSocketPath }: ListenerOptions): string {
  if (unixSocketPath !== undefined) return unixSocketPath;
  return host === undefined ? `port ${port}` : `port ${port} of ${host}`;
}
