import { readdirSync, readFileSync } from 'node:fs'
import type { Kysely } from 'kysely'
import type { Check } from '../check.ts'
import { compareCatalogue, type Difference, namesIn } from './compare-catalogue.ts'
import made from './made-by-migrations.json' with { type: 'json' }
import { describeDifference, mendDifference } from './mend-catalogue.ts'
import { type Catalogue, readCatalogue } from './read-catalogue.ts'
import { migrationsFolder } from '../../../platform/migrations.ts'

const expected: Catalogue = made
/** More differences than these are counted: the commands name every one. */
const shown = 12

/**
 * Holds the database's catalogue against what the migrations make: owners, row level security, policies, triggers and whether they are
 * on, constraints, rights and functions. It says nothing about rows.
 * @param login the server's login role
 * @param isAhead whether a newer release has migrated the schema: what it changed is told, what was switched off still refused
 * @param psql a statement as a command of the owner's
 */
export async function checkCatalogue(
  db: Kysely<unknown>,
  { login, isAhead, psql }: { login: string; isAhead: boolean; psql: (statement: string) => string },
): Promise<Check> {
  const name = 'database objects'
  const found = await readCatalogue(db, namesIn(expected))
  const differences = compareCatalogue(expected, found, { isAhead })
  const [first] = differences.toSorted((a, b) => (a.state < b.state ? -1 : 1))
  if (first === undefined) {
    return {
      name,
      state: 'ok',
      found: `${Object.keys(expected).length} objects and rights as the migrations make them`,
    }
  }
  return {
    name,
    state: first.state,
    found: listed(differences),
    fix: fixOf(differences, login),
    commands: differences.flatMap((it) => mendDifference(it, login)).map(psql),
    variable: 'AFTERAI_DATABASE_URL',
  }
}

function listed(differences: readonly Difference[]): string {
  const more = differences.length - shown
  const phrases = differences.slice(0, shown).map(describeDifference)
  return [...phrases, ...(more > 0 ? [`${more} more`] : [])].join('; ')
}

function fixOf(differences: readonly Difference[], login: string): string {
  const byHand = differences.filter((it) => mendDifference(it, login).length === 0)
  const again = [...new Set(byHand.map(stepFor))]
  const statements =
    byHand.length < differences.length ? ['Run the statements of `afterai doctor --fix-hints` as its owner.'] : []
  return ['Find out who changed the database behind AfterAI.', ...statements, ...again].join(' ')
}

function stepFor({ object, found }: Difference): string {
  const [, kind = '', name = ''] = /^(\w+) (\w+)/.exec(object) ?? []
  if (found?.includes('hidden by another of its name') === true)
    return `Reset the search_path of the login and of the database: another ${name} stands before AfterAI's.`
  const file = lastMigrationThatMakes(kind === 'function' ? `function ${name}(` : `table ${name} `)
  return `Make ${kind} ${name} again as migrations/${file} does, or restore a backup.`
}

function lastMigrationThatMakes(words: string): string {
  const files = readdirSync(migrationsFolder).toSorted()
  return files.findLast((file) => readFileSync(`${migrationsFolder}${file}`, 'utf8').includes(words)) ?? ''
}
