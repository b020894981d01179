/** A name without what tells one of its snapshots from the next, and that. */
export interface Dated {
  readonly family: string
  /** In one spelling: without what stands between year, month and day. */
  readonly snapshot: string | null
}

const month = '(?:0[1-9]|1[0-2])'
const day = '(?:0[1-9]|[12]\\d|3[01])'

/** Dates and numbers that vendors end names with: 2024-08-06, 20240806, 2024_08_06, 08-2024, 05-20, 0613, 2407, 001. */
const endings: readonly RegExp[] = [
  new RegExp(`[-@_:.](20\\d\\d([-_.]?)${month}\\2${day})$`),
  new RegExp(`-(${month}-20\\d\\d)$`),
  new RegExp(`-(${month}-${day})$`),
  new RegExp(`-(${month}${day}|2\\d${month})$`),
  /-(00\d)$/,
]

/** Anthropic's aliases of its first models of the fourth generation end in a version of 0. Source: its list of models. */
const firstOfFour = /^(claude-(?:opus|sonnet)-4)-0$/

/** Takes a name of a model, in lower case, apart. */
export function dated(name: string): Dated {
  const [, first] = firstOfFour.exec(name) ?? []
  if (first !== undefined) return { family: first, snapshot: null }
  for (const ending of endings) {
    const found = ending.exec(name)
    if (found?.[1] !== undefined && found.index > 0)
      return { family: name.slice(0, found.index), snapshot: found[1].replaceAll(/[-_.]/g, '') }
  }
  return { family: name, snapshot: null }
}

/** Tells what a name by itself stands for: whatever is newest, or whichever a router picks; null where it says neither. */
export function aliasKind(name: string): 'newest' | 'any' | null {
  const [, word] = /(?:^|[-/:])(latest|auto)$/.exec(name) ?? []
  if (word === undefined) return null
  return word === 'auto' ? 'any' : 'newest'
}

/** Whether two dates can be one: the same, or a whole one and the part of it that vendors write, as `0613`, `2407` and `08-2024` are. */
export function snapshotsAgree(one: string, other: string): boolean {
  if (one === other) return true
  const [whole, part] = one.length > other.length ? [one, other] : [other, one]
  const [, year, yearOfTwo, monthOfIt, dayOfIt] = /^(20(\d\d))(\d\d)(\d\d)$/.exec(whole) ?? []
  if (year === undefined) return false
  return [`${monthOfIt}${dayOfIt}`, `${yearOfTwo}${monthOfIt}`, `${monthOfIt}${year}`].includes(part)
}
