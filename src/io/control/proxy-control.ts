// What the control interface needs of a proxy. Everything may take its time: the relay may live in another thread.

type Awaitable<T> = T | Promise<T>;

export interface ProxyControl {
  connections(): Awaitable<readonly ControlledConnection[]>;
  counters(): Awaitable<readonly Metric[]>;
  faults(): Awaitable<readonly ControlledFault[]>;
  /** A one-liner, or a rule as JSON gives it. Its number; throws UserError when it is no rule. */
  addFault(rule: unknown): Awaitable<number>;
  /** false: there is no such rule. */
  removeFault(number: number): Awaitable<boolean>;
  /** false: there is no such connection (any more). */
  cut(connection: number, how: 'fin' | 'rst'): Awaitable<boolean>;
  /** Calls back with each packet and event from now on, as a line of ndjson. Returns what ends it. */
  subscribe(listener: (line: string) => void): () => void;
}

/** An open connection. It is shown as it is: whatever JSON can hold may be added. */
export interface ControlledConnection {
  readonly id: number;
  /** Index of the pair of --listen and --target. */
  readonly route: number;
  /** 192.0.2.1:50123, or "a local client". */
  readonly client: string;
  readonly target: string;
  /** ISO 8601. */
  readonly since: string;
  readonly state: string;
  readonly bytesFromClient: number;
  readonly bytesFromServer: number;
}

export interface ControlledFault {
  readonly number: number;
  /** As JSON. */
  readonly rule: unknown;
  /** As a one-liner. */
  readonly text: string;
  /** Packets or connections that it applied to, and how often it did something. */
  readonly matches: number;
  readonly injections: number;
}

/** One fact, counted since the start or measured now, in base units: bytes, seconds. */
export type Metric = {
  readonly help: string;
  /** More than one sample, or none, where labels tell them apart. */
  readonly value: number | readonly Sample[];
} & (
  | { readonly type: 'counter'; readonly name: `${string}_total` }
  /** Its name tells the unit, if it has one: `…_bytes`. */
  | { readonly type: 'gauge'; readonly name: string }
);

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
