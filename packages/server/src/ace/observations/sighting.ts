import type { Configuration, Observation } from '@afterai/contract'

/** One observation with its system found and its configuration fingerprinted. */
export interface Sighting {
  readonly id: string
  readonly systemId: string
  readonly environment: string
  readonly fingerprint: string
  readonly configuration: Configuration
  readonly origin: Observation['origin']
  readonly revision: string | null
  readonly observedAt: Date
}

/** The outcome of one observation. */
export interface Outcome {
  readonly id: string
  readonly outcome: 'baseline' | 'unchanged' | 'changed' | 'late' | 'duplicate'
  readonly fingerprint: string
  readonly changeId: string | null
}
