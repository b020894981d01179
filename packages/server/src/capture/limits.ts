/** A limit of each system, environment or model, and one of the tenant as a whole. */
export interface Bound {
  readonly each: number
  readonly tenant: number
}

/** Bounds of what telemetry may make of a tenant and of this process. */
export interface CaptureLimits {
  /** Systems that make themselves known by their telemetry; more share the system `telemetry-overflow`. */
  readonly systems: number
  /** Environments of one system; more share `overflow`. */
  readonly environments: Bound
  /** Distinct configurations and routes of one environment; more share `overflow`. */
  readonly fingerprints: Bound
  readonly routes: Bound
  /** Models that one environment asks for, and what is served for one of them, that are watched; more share `overflow`. */
  readonly servedModels: Bound
  readonly servedIdentities: Bound
  /** Changes of one system that telemetry opens within an hour; more share one that says so. */
  readonly changesPerHour: Bound
  /** Streams of running totals that a tenant has; points of more are refused. */
  readonly series: number
  /** Spans of a tenant that are remembered, a power of two, and of all tenants together. */
  readonly spans: { readonly each: number; readonly process: number }
  /** Spans of a tenant that the database remembers as well: for other processes, and for taking back what was counted. */
  readonly loggedSpansPerSecond: number
  /** How long a new route's settings are learned before a new one counts as a change. */
  readonly learningMs: number
  /** Distinct values after which a setting counts as one that varies by request. */
  readonly facetValues: number
  /** Bytes of one body, as it is sent and when it is unpacked. */
  readonly packedBytes: number
  readonly unpackedBytes: number
  /** Requests, and bytes of them, that may be on their way through this process; three quarters of both are one tenant's at most. */
  readonly requests: number
  readonly bytesAtOnce: number
  /** Bodies that are unpacked and read at the same moment. */
  readonly reading: number
  /** Batches, and readings of them, that one transaction takes. */
  readonly groupBatches: number
  readonly groupReadings: number
  /** New values that one transaction learns of each kind: what is over counts under `overflow`, and is learned when it comes again. */
  readonly groupNews: number
  /** Windows that one transaction writes before the rest of its configurations and routes share `overflow`. */
  readonly groupWindows: number
}

const mebibyte = 1024 * 1024

/** The bounds of this version: what a server holds that nobody bounded otherwise. */
export const captureLimits: CaptureLimits = {
  systems: 200,
  environments: { each: 50, tenant: 500 },
  fingerprints: { each: 200, tenant: 5000 },
  routes: { each: 100, tenant: 2000 },
  servedModels: { each: 100, tenant: 2000 },
  servedIdentities: { each: 64, tenant: 5000 },
  changesPerHour: { each: 10, tenant: 50 },
  series: 10_000,
  spans: { each: 262_144, process: 524_288 },
  loggedSpansPerSecond: 5000,
  learningMs: 24 * 3_600_000,
  facetValues: 16,
  packedBytes: 8 * mebibyte,
  unpackedBytes: 16 * mebibyte,
  requests: 512,
  bytesAtOnce: 64 * mebibyte,
  reading: 4,
  groupBatches: 64,
  groupReadings: 20_000,
  groupNews: 1000,
  groupWindows: 3000,
}

/** Where what exceeds a limit is counted. */
export const overflow = 'overflow'
/** The environment of what names none. */
export const defaultEnvironment = 'production'
/** Where what has no configuration or route is counted. */
export const none = 'none'
/** The system of systems beyond the limit. */
export const overflowSystem = 'telemetry-overflow'
