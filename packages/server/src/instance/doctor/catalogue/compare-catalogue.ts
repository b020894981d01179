import { anyLogin, type Catalogue, type ObjectNames } from './read-catalogue.ts'

/** One object that isn't as the migrations make it. */
export interface Difference {
  /** Its kind and name, such as `trigger ledger_entry.append_only`. */
  readonly object: string
  /** As the migrations make it; undefined for one that they don't make. */
  readonly made: string | undefined
  /** As it is; undefined for one that isn't there. */
  readonly found: string | undefined
  /** Whether nothing that it guards is guarded any more, so that no release makes it so. */
  readonly state: 'fail' | 'warn'
}

/** The names of the objects of a catalogue. */
export function namesIn(catalogue: Catalogue): ObjectNames {
  const named = (kind: string): string[] =>
    Object.keys(catalogue).flatMap((object) => (object.startsWith(`${kind} `) ? [object.slice(kind.length + 1)] : []))
  const functions = named('function').map((signature) => signature.slice(0, signature.indexOf('(')))
  return { relations: named('relation'), functions: [...new Set(functions)] }
}

/** Compares a database with what the migrations make, in the order of the objects' names. */
export function compareCatalogue(
  made: Catalogue,
  found: Catalogue,
  { isAhead = false }: { isAhead?: boolean } = {},
): Difference[] {
  const objects = [...new Set([...Object.keys(made), ...Object.keys(found)])].toSorted()
  return objects
    .filter((object) => made[object] !== found[object])
    .filter((object) => made[object] !== undefined || !isOnlyAnothers(object, { made, found }))
    .map((object) => ({ object, made: made[object], found: found[object] }))
    .map((difference) => ({
      ...difference,
      state: isHarmless(difference) || (isAhead && !isSwitchedOff(difference)) ? 'warn' : 'fail',
    }))
}

// What isn't the product's and can't do anything in its name: a function that runs as its caller, and rights on what is told already.
function isOnlyAnothers(object: string, { made, found }: { made: Catalogue; found: Catalogue }): boolean {
  if (object.startsWith('function ')) {
    const known = namesIn(made).functions.some((name) => object.startsWith(`function ${name}(`))
    return !known && found[object]?.includes('runs as its owner') !== true
  }
  const [, signature] = /^grant execute on function (.*) to \S+$/s.exec(object) ?? []
  return signature !== undefined && made[`function ${signature}`] === undefined
}

// To let another role read shows it nothing that row level security hides; columns and indices of others' cost nothing but room.
function isHarmless({ object, made }: Omit<Difference, 'state'>): boolean {
  if (made !== undefined) return false
  if (/^(?:column|index) /.test(object)) return true
  const [, role = ''] = /^grant select (?:\(.*\) )?on \S+ to (.*)$/s.exec(object) ?? []
  return role !== '' && !['public', 'afterai_app', 'afterai_sequencer', anyLogin].includes(role)
}

/** Whether a guard was switched off: what a newer release's migration may change, it doesn't leave so. */
function isSwitchedOff({ object, made, found }: Omit<Difference, 'state'>): boolean {
  if (made === undefined || found === undefined) return made !== undefined && /^(?:relation|trigger) /.test(object)
  return object.startsWith('relation ') || /, (?:disabled|for replicas alone|switched off)$/.test(found)
}
