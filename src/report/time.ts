// Times as printed: ISO 8601 with nine decimals, and seconds since the first packet. Most packets share their second
// with the one before, so the part of an ISO time that costs is kept from one call to the next.

const NANOS = 1_000_000_000;
/** ECMAScript dates reach so far from 1970; a damaged capture may say more. */
const LAST_SECOND = 8_640_000_000_000;

/** ISO times of a source whose times count from `epoch`, nanoseconds since 1970. */
export function isoClock(epoch = 0n): (time: number) => string {
  const billion = BigInt(NANOS);
  const nanos = Number(((epoch % billion) + billion) % billion);
  const seconds = Number((epoch - BigInt(nanos)) / billion);
  let cachedSecond = Number.NaN;
  let cached = '';
  return (time) => {
    const total = nanos + time;
    const whole = Math.floor(total / NANOS);
    if (whole !== cachedSecond) {
      cachedSecond = whole;
      cached = isoSecond(seconds + whole);
    }
    return `${cached}.${String(total - whole * NANOS).padStart(9, '0')}Z`;
  };
}

function isoSecond(second: number): string {
  const within = Math.max(-LAST_SECOND, Math.min(LAST_SECOND, second));
  return new Date(within * 1000).toISOString().slice(0, -5);
}

/** "12.345678": seconds and microseconds of a span in nanoseconds, rounded down. */
export function relativeSeconds(nanoseconds: number): string {
  const micros = Math.floor(Math.abs(nanoseconds) / 1000);
  const whole = Math.floor(micros / 1_000_000);
  return `${nanoseconds < 0 ? '-' : ''}${whole}.${String(micros - whole * 1_000_000).padStart(6, '0')}`;
}

/** Relative times over several sources: seconds since the first moment of the first source. */
export function relativeClock(): { source(epoch: bigint | undefined): void; format(time: number): string } {
  let first: bigint | undefined;
  let shift = 0;
  return {
    source(epoch) {
      first ??= epoch;
      shift = epoch === undefined || first === undefined ? 0 : Number(epoch - first);
    },
    format: (time) => relativeSeconds(shift + time),
  };
}
