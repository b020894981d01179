import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Login } from './src/platform/migrations.ts'

/** The login role that a server runs as on its own database: its password is kept beside the data by its owner alone. */
export async function embeddedLogin(dataDir: string): Promise<Login> {
  const path = join(dataDir, 'database-login')
  if (!existsSync(path)) await writeFile(path, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
  return { name: 'afterai_server', password: readFileSync(path, 'utf8') }
}

/** The login role that a database URL names. */
export function externalLogin(url: string): Login {
  const { username, password } = new URL(url)
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) }
}
