/** One measured figure beside the bare limit that was measured in the same run. */
export type Row = Figures & (WithoutGoal | WithGoal)

interface Figures {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly limitName: string
  readonly limit: number
  readonly ratio: number
}

interface WithoutGoal {
  readonly goal?: undefined
  readonly isMissed?: undefined
}

/** A figure with a goal says whether it was missed: the run fails then. */
interface WithGoal {
  readonly goal: string
  readonly isMissed: boolean
}
