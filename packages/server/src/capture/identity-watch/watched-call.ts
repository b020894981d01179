import type { Caller } from '../../access/index.ts'
import type { CallConfiguration } from '../readings.ts'

/** Calls of one system, environment, route and configuration, with the batch that showed them first. */
export interface WatchedCall {
  readonly systemId: string
  /** As they are counted: the environment and the route themselves, or `overflow`. */
  readonly environment: string
  readonly route: string
  readonly configuration: CallConfiguration
  readonly revision: string | undefined
  readonly caller: Caller
  /** Whether the environment is observed by an SDK or a pipeline, whose word wins over what is derived. */
  readonly observed: boolean
  readonly firstMs: number
  readonly lastMs: number
}
