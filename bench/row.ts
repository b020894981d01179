/** One measured figure beside the bare limit that was measured in the same run. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly limitName: string
  readonly limit: number
  readonly ratio: number
  readonly goal?: string
  /** Whether the goal was missed: the run fails then. */
  readonly isMissed?: boolean
}
