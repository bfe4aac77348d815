// Where our reassembly of a public capture is not what tshark's frames put in order give, and why.

const FORGED =
  'a forged RST that acknowledges the SYN answers it: what the server itself answers begins another connection for us, not for tshark';
const OFFLOAD = 'tshark 4.0 takes a UDP length of 0 in IPv4 for an error; it is segmentation offload';
const SFLOW = 'the beginnings of packets, sampled by sFlow: no stream can be made of them';

export const DIFFERENCES: readonly (readonly [file: string, what: string, why: string])[] = [
  [
    'link/arkime__tcp_handshake_synthetic.pcap',
    '17 connections, tshark 16',
    'a second SYN with another number, and then the SYN-ACK of the first one again: tshark gives that to the second',
  ],
  ['link/suricata-verify__bug-3286-02-linux-evasion__with_evasion_linux.pcap', '2 connections, tshark 1', FORGED],
  ['link/suricata-verify__bug-3286-03-windows-evasion__with_evasion_windows.pcap', '2 connections, tshark 1', FORGED],
  [
    'link/suricata-verify__detect-ipopts__input.pcap',
    '1 connections, tshark 3',
    'tshark takes the last address of a source route for the destination, so one SYN repeated is three streams',
  ],
  [
    'link/suricata-verify__tcp-split-handshake-02-5whs__split-handshake-5whs.pcap',
    '1 connections, tshark 2',
    'the server answers a SYN with a SYN of its own (RFC 9293, 3.5: simultaneous open): tshark takes that for another one',
  ],
  ['link/pcpp__tcp-reassembly.pcap', '1 connections, tshark 2', SFLOW],
  ['link/pcpp__tcp-reassembly.pcap', 'tshark ? 66 74', SFLOW],
  ['link/tcpdump__bigtcp-ipv4-geneve-ipv4.pcap', '1 connections, tshark 0', OFFLOAD],
  ['link/tcpdump__bigtcp-ipv4-geneve-ipv4.pcap', 'ours 192.168.1.2:35663 192.168.1.1:38005 80000', OFFLOAD],
  ['link/tcpdump__bigtcp-ipv4-vxlan-ipv4.pcap', '1 connections, tshark 0', OFFLOAD],
  ['link/tcpdump__bigtcp-ipv4-vxlan-ipv4.pcap', 'ours 192.168.1.2:36875 192.168.1.1:36449 80000', OFFLOAD],
];
