// The segments of public captures, frame by frame, as tshark sees them: ports, sequence number, payload length, flags.
// Where the two differ, a row says why; a row that no longer holds fails, too.

import { describe, expect, it } from 'vitest';
import { SegmentReader } from '../../src/net/index.js';
import { hasProgram } from '../support/programs.js';
import { captureFiles, hasCaptures, readCapture, tsharkSegments } from './captures.js';

/** Every file in mqtt/, and of the others at least one for each link type and oddity. */
const FILES: readonly string[] = [
  ...captureFiles.filter((file) => file.startsWith('mqtt/')),
  'link/peafowl__802.1Q_dvlan.cap',
  'link/lwerdna__simple_http_sll2.pcap',
  'link/zeek__tls__irc-starttls.pcap',
  'link/presill__http.pcap',
  'link/gopacket__pcap__test_loopback.pcap',
  'link/pcpp__raw_ip.pcap',
  'link/tcpdump__mptcp-tcprst.pcap',
  'link/tcpdump__bgp_vpn_attrset.pcap',
  'link/suricata-verify__decode-chdlc-01__hdlc-http_1tx.pcap',
  'link/tcpdump__HDLC.pcap',
  'link/suricata-verify__decode-etag-02__input.pcap',
  'link/tcpdump__bigtcp-ipv4.pcap',
  'link/tcpdump__ipv6_jumbogram_1.pcap',
  'link/tcpdump__mptcp-v0.pcap',
  'link/tcpdump__OSPFv3_with_AH.pcap',
  'link/tcpdump__ipv6-srh-insert-cksum.pcap',
  'link/pcpp__ldap.pcapng',
  'link/ipfixprobe__functional__inputs__mixed.pcap',
  'link/zeek__ftp__ipv6.pcap',
  'link/peafowl__L3__ipv6_hdr_hopbyhop.pcap',
  'link/zeek__http__content-range-gap-skip.pcap',
];

/** file, what is ours to the frames concerned, why. */
const DIFFERENCES: readonly (readonly [file: string, ours: string, frames: number, why: string])[] = [
  [
    'link/peafowl__L3__truncated_tcp.pcap',
    'malformed: TCP data offset',
    1,
    'tshark shows what it has of a header of 48 bytes in a packet of 28',
  ],
  ['link/arkime__socks5-http-302-frag.pcap', 'fragment: IPv4 fragment', 4, 'tshark reads TCP in a first fragment'],
  [
    'link/suricata-verify__defrag__bug-6887-defrag-ipv6-tcp__frag-ip-tcp.pcap',
    'fragment: IPv6 fragment',
    1,
    'the same',
  ],
  ['link/arkime__mpls-basic.pcap', 'not-ip: EtherType 0x8847 (MPLS)', 11, 'tunnels are not followed'],
  ['link/arkime__pppoe.pcap', 'not-ip: EtherType 0x8864 (PPPoE session)', 10, 'the same'],
  ['link/suricata-verify__bug-5437-02__input.pcap', 'not-tcp: GRE', 60, 'the same'],
  ['link/zeek__tunnels__vxlan-encapsulated-http.pcap', 'not-tcp: UDP', 12, 'the same'],
  ['link/pcpp__Ftp.pcap', 'not-tcp: IPv6 in IP', 2, 'the same'],
  ['link/zeek__nflog-http.pcap', 'unknown-link: LINKTYPE 239 (NFLOG)', 13, 'the link is not read'],
];

/** Frames for which the answers differ: what is ours -> how many. */
function differences(file: string): Record<string, number> {
  const reader = new SegmentReader();
  const theirs = tsharkSegments(file);
  const found: Record<string, number> = {};
  for (const packet of readCapture(file)) {
    const result = reader.read(packet);
    const segment = result.kind === 'segment' ? result : undefined;
    const numbers = segment && [segment.sourcePort, segment.destinationPort, segment.sequence, segment.payloadLength];
    const ours = segment && [...numbers!, segment.flags].join(' ');
    if (ours === theirs.get(packet.number)) continue;
    const what = result.kind === 'skipped' ? `${result.reason}: ${result.what}` : `frame ${packet.number}: ${ours}`;
    found[what] = (found[what] ?? 0) + 1;
  }
  return found;
}

describe.skipIf(!hasCaptures || !hasProgram('tshark'))('as tshark sees it', { timeout: 60_000 }, () => {
  it.each(FILES)('%s', (file) => expect(differences(file)).toEqual({}));

  it.each(DIFFERENCES)('%s, but %s in %i frames: %s', (file, ours, frames) => {
    expect(differences(file)).toEqual({ [ours]: frames });
  });
});
