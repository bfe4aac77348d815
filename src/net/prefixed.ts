// Links that are a known link behind a prefix of fixed length which tells nothing about TCP: one line each.

import { type HeaderReader, LINK, type Next, short } from './walk.js';

const PREFIX = short('link prefix');

/** A reader that steps over `length` bytes and goes on with the link `next`. */
const behind =
  (length: number, next: Next): HeaderReader =>
  (walk) => {
    if (walk.end - walk.at < length) return walk.stopShort(PREFIX);
    walk.at += length;
    return next;
  };

/** LINKTYPE 205: direction byte. */
export const readCiscoHdlcWithDirection = behind(1, LINK | 104);
/** LINKTYPE 240: 4 bytes of a Hilscher netANALYZER. */
export const readNetAnalyzer = behind(4, LINK | 1);
/** LINKTYPE 241: the same, then 7 bytes of preamble and the start of frame delimiter. */
export const readNetAnalyzerTransparent = behind(12, LINK | 1);
/** LINKTYPE 274: preamble and delimiter of IEEE 802.3br. */
export const readEthernetMpacket = behind(8, LINK | 1);
