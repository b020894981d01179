import { writeSync } from 'node:fs'
import { EmbeddedPostgresError, startEmbeddedPostgres } from './index.ts'

/**
 * Runs the embedded database in a process of its own, for tests that kill it. The one argument is the options as JSON.
 * Writes one line of JSON when it is up or refused; ends when its standard input does.
 */
const options: unknown = JSON.parse(process.argv[2] ?? '{}')
const log: string[] = []

try {
  const database = await startEmbeddedPostgres({
    ...(options as { dataDir: string }),
    log: (line) => log.push(line),
    onExit: (error) => tell({ ended: error.code }),
  })
  tell({ up: true, admin: database.admin, firstStart: database.firstStart, log })
  process.stdin.resume().on('end', () => void database.stop())
} catch (error) {
  tell({ up: false, code: error instanceof EmbeddedPostgresError ? error.code : 'other', message: String(error) })
}

function tell(fact: object): void {
  writeSync(1, `${JSON.stringify(fact)}\n`)
}
