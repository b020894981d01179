import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Login } from './migrations.ts'
import { writeWhole } from '@afterai/embedded-postgres/whole-file'

/** The login role that a server runs as on its own database: its password is kept beside the data by its owner alone. */
export function embeddedLogin(dataDir: string): Login {
  const path = join(dataDir, 'database-login')
  const kept = existsSync(path) ? readFileSync(path, 'utf8') : ''
  // An empty file is one that an earlier version had begun to write when it was killed: the role takes whatever stands there.
  const password = kept || randomBytes(24).toString('base64url')
  if (kept === '') writeWhole(path, password)
  return { name: 'afterai_server', password }
}

/** The login role that a database URL names. */
export function externalLogin(url: string): Login {
  const { username, password } = new URL(url)
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) }
}
