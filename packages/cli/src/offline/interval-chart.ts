/** An interval against its margin, on a scale where up is better. */
export interface ChartedInterval {
  readonly lower: number
  readonly estimate: number
  readonly upper: number
  /** The largest loss that doesn't matter, above 0. */
  readonly margin: number
}

/**
 * Draws an interval on one line of `width` characters: `├──●──┤`, with `│` at no change and `┊` at the loss of one margin.
 * Left is worse. The scale is symmetric about no change and always shows the margin.
 */
export function drawInterval({ lower, estimate, upper, margin }: ChartedInterval, width: number): string {
  const reach = Math.max(Math.abs(lower), Math.abs(upper), 2 * margin)
  const column = (value: number): number => Math.round(((value / reach + 1) / 2) * (width - 1))
  const cells = Array.from({ length: width }, () => ' ')
  const put = (value: number, mark: string): string => (cells[column(value)] = mark)
  for (let index = column(lower); index <= column(upper); index += 1) cells[index] = '─'
  put(0, '│')
  put(-margin, '┊')
  put(lower, '├')
  put(upper, '┤')
  put(estimate, '●')
  return cells.join('')
}
