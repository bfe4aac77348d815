// Timestamps of one pcapng interface: 64-bit counts of its own unit (if_tsresol) since 1970, moved by if_tsoffset
// seconds. They become nanoseconds since the reader's epoch, exact and always finite: by doubles relative to the
// interface's first packet where the unit is a whole number of nanoseconds, otherwise by BigInt, rounded down.

const NANOS_PER_SECOND = 1_000_000_000n;
const TWO_32 = 2 ** 32;

/** draft-ietf-opsawg-pcapng, 4.2: if_tsresol is a power of 10, or with the top bit set a power of 2; microseconds by default. */
export const DEFAULT_RESOLUTION = 6;

export function unitsPerSecond(resolution: number): bigint {
  const exponent = BigInt(resolution & 0x7f);
  return resolution & 0x80 ? 2n ** exponent : 10n ** exponent;
}

/** False when 64 bits of this unit do not hold so much as a second: no real interface counts so. */
export function isPlausibleResolution(resolution: number): boolean {
  return unitsPerSecond(resolution) < 2n ** 64n;
}

export class InterfaceClock {
  readonly #units: bigint;
  readonly #offset: bigint;
  /** Nanoseconds a unit, or 0 when that is no whole number. */
  readonly #unit: number;
  #started = false;
  #baseHigh = 0;
  #baseLow = 0;
  #baseTime = 0;

  constructor(resolution: number, offsetSeconds: bigint) {
    this.#units = unitsPerSecond(resolution);
    this.#offset = offsetSeconds * NANOS_PER_SECOND;
    this.#unit = NANOS_PER_SECOND % this.#units === 0n ? Number(NANOS_PER_SECOND / this.#units) : 0;
  }

  /** Nanoseconds since 1970. */
  absolute(high: number, low: number): bigint {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    return (ticks * NANOS_PER_SECOND) / this.#units + this.#offset;
  }

  /** Nanoseconds since `epoch`, which must be the same in every call. */
  since(epoch: bigint, high: number, low: number): number {
    if (this.#unit === 0) return Number(this.absolute(high, low) - epoch);
    if (!this.#started) {
      this.#started = true;
      this.#baseHigh = high;
      this.#baseLow = low;
      this.#baseTime = Number(this.absolute(high, low) - epoch);
    }
    return this.#baseTime + ((high - this.#baseHigh) * TWO_32 + (low - this.#baseLow)) * this.#unit;
  }
}
