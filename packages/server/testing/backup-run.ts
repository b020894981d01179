import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { DebianPostgres } from '@afterai/testing'
import { queryBehind } from './database-behind.ts'

const main = fileURLToPath(new URL('../src/instance/main.ts', import.meta.url))

/** The passphrase of every backup of the tests. */
export const passphrase = 'lantern-violet-harbour-41'

/** How a program ended, and what it said on both streams. */
export interface ProgramEnd {
  readonly code: number | null
  readonly output: string
}

/** The server's program, while it runs. */
export interface RunningProgram {
  readonly child: ChildProcess
  readonly end: Promise<ProgramEnd>
}

/** Starts `main.ts` with these arguments, under a command if one is given. */
export function launchProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  under: readonly string[] = [],
): RunningProgram {
  const [program = process.execPath, ...parameters] = [...under, process.execPath, main, ...args]
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', AFTERAI_BACKUP_PASSPHRASE: passphrase, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const end = new Promise<ProgramEnd>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
  return { child, end }
}

/** Runs it to its end. */
export function runProgram(...launch: Parameters<typeof launchProgram>): Promise<ProgramEnd> {
  return launchProgram(...launch).end
}

/** A new, empty database of a customer's PostgreSQL, as the settings of a server. */
export async function newExternalDatabase(debian: DebianPostgres, name: string) {
  await queryBehind(debian.admin, `create database ${name}`)
  const login = `afterai_server:${randomBytes(24).toString('hex')}`
  return {
    env: {
      AFTERAI_DATABASE_URL: `postgresql://${login}@127.0.0.1:${debian.port}/${name}`,
      AFTERAI_DATABASE_OWNER_URL: debian.url.replace(/\/postgres$/, `/${name}`),
    },
    database: async () => ({ ...debian.admin, database: name }),
  }
}
