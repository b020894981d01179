import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('../../../../shared/fixtures/ledger/', import.meta.url)

/** Whether the collection of published vectors lies beside the project; tests that need it are skipped without it. */
export const hasFixtures: boolean = existsSync(folder)

/** Path of a file or folder of published vectors. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(name, folder))
}

/** Text of a file of published vectors. */
export function readFixture(name: string): string {
  return readFileSync(fixturePath(name), 'utf8')
}
