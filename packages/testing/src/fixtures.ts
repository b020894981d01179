import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The directory of large real inputs that are kept beside the checkout (`../shared/fixtures`), not in it, or undefined where there is none.
 * A test that needs them skips without, saying so.
 */
export function fixturesDir(): string | undefined {
  const directory = fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url))
  return existsSync(directory) ? directory : undefined
}
