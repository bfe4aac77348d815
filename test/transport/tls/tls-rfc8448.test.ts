// RFC 8448, 3: the records of a TLS 1.3 connection as they are printed there, from the secrets printed there. The server's
// NewSessionTicket is left out: its application data is the second record under its key.

import { expect, it } from 'vitest';
import type { Chunk, Side } from '../../../src/bytes/chunk.js';
import { TlsSecrets } from '../../../src/transport/tls/secrets.js';
import { Tls } from '../../../src/transport/tls/tls.js';
import { hex, toHex } from '../../support/hex.js';
import { collected, keyLogOf } from './peers.js';

const RANDOM = 'cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7';
const SECRETS = `
CLIENT_HANDSHAKE_TRAFFIC_SECRET ${RANDOM} b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21
SERVER_HANDSHAKE_TRAFFIC_SECRET ${RANDOM} b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38
CLIENT_TRAFFIC_SECRET_0 ${RANDOM} 9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5
SERVER_TRAFFIC_SECRET_0 ${RANDOM} a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643
`;

const CLIENT_HELLO = `
  16030100c4010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece700000613011303130201000091
  0000000b0009000006736572766572ff01000100000a00140012001d0017001800190100010101020103010400230000003300260024001d
  002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e040305030603020308
  040805080604010501060102010402050206020202002d00020101001c00024001`;
const SERVER_HELLO = `
  160303005a020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d00
  20c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304`;
const SERVER_FLIGHT = `
  17030302a2d1ff334a56f5bff6594a07cc87b580233f500f45e489e7f33af35edf7869fcf40aa40aa2b8ea73f848a7ca07612ef9f945cb96
  0b4068905123ea78b111b429ba9191cd05d2a389280f526134aadc7fc78c4b729df828b5ecf7b13bd9aefb0e57f271585b8ea9bb355c7c79
  020716cfb9b1183ef3ab20e37d57a6b9d7477609aee6e122a4cf51427325250c7d0e509289444c9b3a648f1d71035d2ed65b0e3cdd0cbae8
  bf2d0b227812cbb360987255cc744110c453baa4fcd610928d809810e4b7ed1a8fd991f06aa6248204797e36a6a73b70a2559c09ead68694
  5ba246ab66e5edd8044b4c6de3fcf2a89441ac66272fd8fb330ef8190579b3684596c960bd596eea520a56a8d650f563aad27409960dca63
  d3e688611ea5e22f4415cf9538d51a200c27034272968a264ed6540c84838d89f72c24461aad6d26f59ecaba9acbbb317b66d902f4f292a3
  6ac1b639c637ce343117b659622245317b49eeda0c6258f100d7d961ffb138647e92ea330faeea6dfa31c7a84dc3bd7e1b7a6c7178af3687
  9018e3f252107f243d243dc7339d5684c8b0378bf30244da8c87c843f5e56eb4c5e8280a2b48052cf93b16499a66db7cca71e4599426f7d4
  61e66f99882bd89fc50800becca62d6c74116dbd2972fda1fa80f85df881edbe5a37668936b335583b599186dc5c6918a396fa48a181d6b6
  fa4f9d62d513afbb992f2b992f67f8afe67f76913fa388cb5630c8ca01e0c65d11c66a1e2ac4c85977b7c7a6999bbf10dc35ae69f5515614
  636c0b9b68c19ed2e31c0b3b66763038ebba42f3b38edc0399f3a9f23faa63978c317fc9fa66a73f60f0504de93b5b845e275592c12335ee
  340bbc4fddd502784016e4b3be7ef04dda49f4b440a30cb5d2af939828fd4ae3794e44f94df5a631ede42c1719bfdabf0253fe5175be898e
  750edc53370d2b`;
const CLIENT_FINISHED =
  '170303003575ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384bd1caeacab6867d726c40546';
const CLIENT_DATA =
  '1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4';
const SERVER_DATA =
  '17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d';
const CLIENT_ALERT = '1703030013c9872760655666b74d7ff1153efd6db6d0b0e3';
const SERVER_ALERT = '1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9';

it('gives what the RFC says was sent', () => {
  const tls = new Tls(new TlsSecrets({ keyLog: keyLogOf(SECRETS) }));
  const seen = { time: 0, origin: 0 };
  const data = (text: string): Chunk => ({ kind: 'data', bytes: hex(text), ...seen });
  const story: readonly (readonly [Side, Chunk])[] = [
    [0, data(CLIENT_HELLO)],
    [1, data(SERVER_HELLO)],
    [1, data(SERVER_FLIGHT)],
    [0, data(CLIENT_FINISHED)],
    [1, { kind: 'gap', reason: 'lost', ...seen }],
    [0, data(CLIENT_DATA)],
    [1, data(SERVER_DATA)],
    [0, data(CLIENT_ALERT)],
    [1, data(SERVER_ALERT)],
  ];
  const out = [...story.flatMap(([side, chunk]) => [...tls.push(side, chunk)]), ...tls.end(0, 0)];
  const { notices } = collected(out);
  expect(notices.map(({ message }) => message)).toEqual(['TLS 1.3 to server, TLS_AES_128_GCM_SHA256']);
  const sent = Array.from({ length: 50 }, (_, n) => n.toString(16).padStart(2, '0')).join(' ');
  const chunks = out.flatMap((one) => ('chunk' in one ? [[one.side, one.chunk] as const] : []));
  expect(chunks.map(([side, chunk]) => [side, chunk.kind === 'data' ? toHex(chunk.bytes) : 'gap'])).toEqual([
    [1, 'gap'],
    [0, sent],
    [1, sent],
  ]);
});
