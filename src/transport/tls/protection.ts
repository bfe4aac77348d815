// One direction once it is encrypted: finds the key and the sequence number of each record. While all is well that is the
// next number under the present key. After a loss of unknown size numbers ahead are tried, a bounded number of them; in
// TLS 1.3 also the next key, since the message that announces it may be what was lost.

import type { CipherSuite } from './cipher-suites.js';
import { attempt, expandLabel } from './crypto.js';
import { type Opened, type Opener, opener13 } from './opener.js';

/** 'no-key': nothing can be tried. 'skipped': of a stage whose secret is missing. 'bad': it fails authentication. */
export type Opening = Opened | 'no-key' | 'skipped' | 'bad';

export interface Protection {
  open(record: Uint8Array): Opening;
  /** Records were not seen: exactly so many, or, undefined, any number. */
  lost(count: number | undefined): void;
  readonly overhead: number | undefined;
}

/** After so many records in vain, numbers ahead are no longer tried: the bound on what damage may cost. */
const MAX_MISSES = 64;

/** Bad records in a row that may have been none of the sender's: doubled or made up by whoever damaged the stream. */
const MAX_INTRUDERS = 8;

/** Where a direction is under one key. */
class Place {
  sequence = 0;
  intruders = 0;
  unsure = false;
  misses = 0;

  lost(count: number | undefined): void {
    this.sequence += count ?? 0;
    if (count === undefined) this.unsure = true;
  }

  get reach(): boolean {
    return this.unsure && this.misses < MAX_MISSES;
  }

  /** Tries what is due first, then further ahead, then what is due when bad records did not count. */
  next(opener: Opener, record: Uint8Array, ahead: number): Opened | undefined {
    const { sequence, intruders } = this;
    const due = this.find(opener, record, sequence, ahead);
    return due ?? (intruders > 0 ? this.find(opener, record, sequence - intruders, intruders - 1) : undefined);
  }

  find(opener: Opener, record: Uint8Array, from: number, ahead: number): Opened | undefined {
    for (let sequence = from; sequence <= from + ahead; sequence++) {
      const opened = opener.open(record, sequence);
      if (opened === undefined) continue;
      this.sequence = sequence + 1;
      this.unsure = false;
      this.misses = 0;
      this.intruders = 0;
      return opened;
    }
    return undefined;
  }

  missed(): void {
    this.sequence++;
    this.intruders = Math.min(this.intruders + 1, MAX_INTRUDERS);
    if (this.unsure) this.misses++;
  }
}

/** TLS 1.0 to 1.2: one key, which may come to be known later. */
export class Protection12 implements Protection {
  private readonly place = new Place();
  private opener: Opener | undefined = undefined;

  constructor(
    private readonly find: () => Opener | undefined,
    private readonly maxSearch: number,
  ) {}

  get overhead(): number | undefined {
    return this.opener?.overhead;
  }

  open(record: Uint8Array): Opening {
    this.opener ??= attempt(this.find);
    const { opener, place } = this;
    if (opener === undefined) return 'no-key';
    const opened = this.openBy(opener, record);
    opener.done(record);
    if (opened !== undefined) return opened;
    place.missed();
    return 'bad';
  }

  private openBy(opener: Opener, record: Uint8Array): Opened | undefined {
    const { place } = this;
    const { sequence } = place;
    if (!place.reach) return place.next(opener, record, 0);
    const hint = opener.hint(record);
    const guessed = hint > 0 ? place.find(opener, record, sequence + hint, 0) : undefined;
    return guessed ?? place.next(opener, record, this.maxSearch);
  }

  lost(count: number | undefined): void {
    this.place.lost(count);
  }
}

/** A secret of TLS 1.3 in the order in which a direction uses them. */
export type StageName = 'early' | 'handshake' | 'application';

interface Stage {
  readonly name: StageName;
  readonly find: () => Uint8Array | undefined;
  secret?: Uint8Array | undefined;
  opener?: Opener | undefined;
}

export class Protection13 implements Protection {
  readonly overhead: undefined;
  private place = new Place();
  private readonly stages: readonly Stage[];
  private at = 0;

  constructor(
    private readonly suite: CipherSuite,
    stages: readonly Pick<Stage, 'name' | 'find'>[],
    private readonly maxSearch: number,
  ) {
    this.stages = stages.map((stage) => ({ ...stage }));
  }

  get stage(): StageName {
    return this.stages[this.at]!.name;
  }

  open(record: Uint8Array): Opening {
    let tried = false;
    for (let at = this.at; at < this.stages.length; at++) {
      const opener = this.openerOf(this.stages[at]!);
      if (opener === undefined) continue;
      tried = true;
      const { place, ahead } = this;
      const present = at === this.at;
      const opened = present ? place.next(opener, record, ahead) : place.find(opener, record, 0, ahead);
      if (opened === undefined) continue;
      this.at = at;
      return opened;
    }
    if (!tried) return 'no-key';
    const updated = this.place.reach ? this.openUpdated(record) : undefined;
    if (updated !== undefined) return updated;
    const missing = this.stages[this.at]!.opener === undefined;
    this.place.missed();
    return missing ? 'skipped' : 'bad';
  }

  private get ahead(): number {
    return this.place.reach ? this.maxSearch : 0;
  }

  /** The stage's last message has come. */
  next(): void {
    if (this.at + 1 >= this.stages.length) return;
    this.at++;
    this.place = new Place();
  }

  /** RFC 8446, 7.2: KeyUpdate is the last record under its key. */
  update(): void {
    const stage = this.stages[this.at]!;
    const renewed = this.renewed(stage);
    if (renewed === undefined) return;
    stage.secret = renewed.secret;
    stage.opener = renewed.opener;
    this.place = new Place();
  }

  lost(count: number | undefined): void {
    this.place.lost(count);
  }

  private openUpdated(record: Uint8Array): Opened | undefined {
    const stage = this.stages[this.at]!;
    const renewed = this.stage === 'application' ? this.renewed(stage) : undefined;
    const opened = renewed && this.place.find(renewed.opener, record, 0, this.maxSearch);
    if (opened === undefined) return undefined;
    stage.secret = renewed?.secret;
    stage.opener = renewed?.opener;
    return opened;
  }

  private renewed({ secret }: Stage): { secret: Uint8Array; opener: Opener } | undefined {
    if (secret === undefined) return undefined;
    const next = attempt(() => expandLabel(this.suite.hash, secret, 'traffic upd', secret.length));
    const opener = next && attempt(() => opener13(this.suite, next));
    return next && opener && { secret: next, opener };
  }

  private openerOf(stage: Stage): Opener | undefined {
    if (stage.opener === undefined) {
      stage.secret = stage.find();
      const { secret } = stage;
      stage.opener = secret && attempt(() => opener13(this.suite, secret));
    }
    return stage.opener;
  }
}
