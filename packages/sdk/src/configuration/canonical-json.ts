const deepest = 64
const mostNodes = 20_000

/** Nodes and characters that may still be read, so that no value costs its host more than a bound. */
export interface Budget {
  nodes: number
  characters: number
}

/** A budget for a value of so many characters at most. */
export function budgetOf(characters: number): Budget {
  return { nodes: mostNodes, characters }
}

/**
 * Canonical JSON (RFC 8785) of plain data. As in JSON, members that are functions or undefined are left out.
 * @throws {TypeError} for what JSON can't hold (BigInt, NaN, cycles, class instances), or is larger than the budget
 */
export function canonicalJson(value: unknown, budget: Budget = budgetOf(Infinity), depth = 0): string {
  if (--budget.nodes < 0 || depth > deepest) throw new TypeError('too large')
  if (typeof value === 'string') return JSON.stringify(spend(budget, value))
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return JSON.stringify(value)
  if (typeof value !== 'object') throw new TypeError('not plain')
  if (Array.isArray(value)) {
    const items: string[] = []
    for (let n = 0; n < value.length; n++) items.push(canonicalJson(value[n], budget, depth + 1))
    return `[${items.join()}]`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('not plain')
  return `{${membersOf(value as Record<string, unknown>, budget, depth).join()}}`
}

function membersOf(value: Record<string, unknown>, budget: Budget, depth: number): string[] {
  const members: string[] = []
  for (const key of Object.keys(value).toSorted()) {
    const member = value[key]
    if (member === undefined || typeof member === 'function') continue
    members.push(`${JSON.stringify(spend(budget, key))}:${canonicalJson(member, budget, depth + 1)}`)
  }
  return members
}

/** Takes a text from the budget. */
export function spend(budget: Budget, text: string): string {
  budget.characters -= text.length
  if (budget.characters < 0) throw new TypeError('too large')
  return text
}
