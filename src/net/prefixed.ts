// Links that are a known link, or an EtherType, behind a prefix of fixed length which tells nothing about TCP: one line each.

import { readTypeOrLength } from './ethernet.js';
import { ETHER_TYPE, type HeaderReader, LINK, type Next, short } from './walk.js';

const PREFIX = short('link prefix');
const TYPE = 2;

/** A reader that steps over `length` bytes and goes on with `next`. */
const behind =
  (length: number, next: Next): HeaderReader =>
  (walk) => {
    if (walk.end - walk.at < length) return walk.stopShort(PREFIX);
    walk.at += length;
    return next;
  };

/** A reader of what begins with `length` bytes and, in their last two but `after`, an EtherType. */
const typedBehind =
  (length: number, after = 0): HeaderReader =>
  (walk) => {
    if (walk.end - walk.at < length) return walk.stopShort(PREFIX);
    walk.at += length;
    return ETHER_TYPE | walk.uint16(walk.at - after - TYPE);
  };

/** Ethernet whose type or length stands `length` bytes further on than usual. */
const switchTag =
  (length: number): HeaderReader =>
  (walk) => {
    const typeAt = walk.at + 12 + length;
    if (walk.end - typeAt < TYPE) return walk.stopShort(PREFIX);
    return readTypeOrLength(walk, typeAt);
  };

/** LINKTYPE 205: direction byte. */
export const readCiscoHdlcWithDirection = behind(1, LINK | 104);
/** LINKTYPE 206: direction byte. */
export const readFrameRelayWithDirection = behind(1, LINK | 107);
/** LINKTYPE 109, OpenBSD's enc: address family in either byte order, index, flags. */
export const readEnc = behind(12, LINK | 101);
/** LINKTYPE 122, IP over Fibre Channel (RFC 2625): two addresses, LLC. */
export const readIpOverFibreChannel = behind(16, LINK | 100);
/** LINKTYPE 123, SunATM: flags and channel. */
export const readSunAtm = behind(4, LINK | 100);
/** LINKTYPE 138, Apple's IP over IEEE 1394: two addresses of eight bytes. */
export const readIpOverFireWire = typedBehind(18);
/** LINKTYPE 226, Solaris ipnet. */
export const readIpnet = behind(24, LINK | 101);
/** LINKTYPE 240: 4 bytes of a Hilscher netANALYZER. */
export const readNetAnalyzer = behind(4, LINK | 1);
/** LINKTYPE 241: the same, then 7 bytes of preamble and the start of frame delimiter. */
export const readNetAnalyzerTransparent = behind(12, LINK | 1);
/** LINKTYPE 242, IP over InfiniBand (RFC 4391): global route header, EtherType, two reserved bytes. */
export const readIpOverInfiniBand = typedBehind(44, 2);
/** LINKTYPE 259: the preamble, with the logical link of an EPON in it. */
export const readEpon = behind(8, LINK | 1);
/** LINKTYPE 274: preamble and delimiter of IEEE 802.3br. */
export const readEthernetMpacket = behind(8, LINK | 1);
/** LINKTYPE 281 and 284: tags of switch chips by Broadcom and Marvell, four bytes before the type. */
export const readSwitchTag = switchTag(4);
/** LINKTYPE 285: Marvell's, with an EtherType of its own. */
export const readEtherTypeSwitchTag = switchTag(8);
/** LINKTYPE 282: Broadcom's before the frame. */
export const readPrependedSwitchTag = behind(4, LINK | 1);

/** EtherType 0x88e7, provider backbone bridges (802.1ah): the service tag, then the customer's frame. */
export const readBackboneServiceTag = behind(4, LINK | 1);
/** EtherType 0x8909, Cisco metadata (TrustSec): version, length, one option of the usual length. */
export const readCiscoMetadata = typedBehind(8);
