import { describe, expect, it } from 'vitest';
import { detectFormat, openCapture } from '../../src/capture/detect.js';
import { PcapReader } from '../../src/capture/pcap.js';
import { PcapngReader } from '../../src/capture/pcapng.js';
import { hex } from './build.js';

describe('the first bytes', () => {
  it.each([
    { bytes: 'd4 c3 b2 a1', format: 'pcap' },
    { bytes: 'a1 b2 c3 d4', format: 'pcap' },
    { bytes: '4d 3c b2 a1', format: 'pcap' },
    { bytes: 'a1 b2 3c 4d', format: 'pcap' },
    { bytes: '34 cd b2 a1', format: 'pcap' },
    { bytes: 'a1 b2 cd 34', format: 'pcap' },
    { bytes: '0a 0d 0d 0a', format: 'pcapng' },
    { bytes: '1f 8b 08 00', format: 'gzip' },
    { bytes: '1f 8b', format: 'gzip' },
    { bytes: 'd4 c3 b2', format: undefined },
    { bytes: 'd4 c3 b2 a2', format: undefined },
    { bytes: '', format: undefined },
  ])('$bytes are those of $format', ({ bytes, format }) => {
    expect(detectFormat(hex(bytes))).toBe(format);
  });

  it('choose the reader', () => {
    expect(openCapture(hex('a1 b2 3c 4d'))).toBeInstanceOf(PcapReader);
    expect(openCapture(hex('0a 0d 0d 0a'))).toBeInstanceOf(PcapngReader);
    expect(openCapture(hex('1f 8b 08 00'))).toBe('gzip');
  });

  it.each([
    { bytes: '', message: 'the file is empty' },
    { bytes: '00 ff', message: 'it begins with 00 ff.' },
    { bytes: '58 43 50 00 30 30 32 2e', message: 'Network Associates Sniffer capture: convert it first' },
    {
      bytes: '73 6e 6f 6f 70 00 00 00 00 00 00 02',
      message: 'begins with 73 6e 6f 6f 70 00 00 00 00 00 00 02. It looks',
    },
    { bytes: '73 6e 6f 6f 70 00 00 00', message: 'Solaris snoop' },
    { bytes: '50 4b 03 04', message: 'a zip archive: decompress it first' },
    { bytes: 'fd 37 7a 58 5a 00 00', message: 'xz: decompress it first' },
    { bytes: '28 b5 2f fd 24', message: 'zstd: decompress it first' },
    { bytes: '30 30 30 30 20 20 31 30', message: 'a hex dump' },
    { bytes: '68 65 6c 6c 6f 0a', message: 'It looks like text' },
    { bytes: '0a 0d 0d', message: 'it begins with 0a 0d 0d. The file ends there' },
    { bytes: '01 '.repeat(40), message: `begins with ${'01 '.repeat(16).trim()}.` },
  ])('$bytes are refused', ({ bytes, message }) => {
    expect(() => openCapture(hex(bytes))).toThrowError(
      expect.objectContaining({ name: 'UserError', code: 'not-a-capture', message: expect.stringContaining(message) }),
    );
  });
});
