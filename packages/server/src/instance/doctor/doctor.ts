import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Check, quoteForShell } from './check.ts'
import { type Configuration, type Environment, readConfiguration } from '../../platform/configuration.ts'
import { configurationTable, type Setting } from '../../platform/configuration-table.ts'
import type { Connection } from '../../platform/database.ts'
import type { ListenAddress } from '../../platform/configuration-kinds.ts'
import { EmbeddedPostgresError, findEmbeddedCluster, findEmbeddedPostgres } from '@afterai/embedded-postgres'
import { checkClock, checkMachine, checkNode } from './machine-checks.ts'

/** Looks at everything a server would need, without starting one and without changing anything. */
export async function runDoctor(options: { env: Environment; now?: () => Date }): Promise<Check[]> {
  const now = options.now ?? (() => new Date())
  const result = readConfiguration(options.env)
  if (!result.ok) return [...result.faults.map(toCheck), checkNode(process.versions.node), checkClock(now())]
  const { configuration } = result
  return [
    { name: 'configuration', state: 'ok', found: `${configuration.mode} mode, every value understood` },
    ...(await checkDeployment(configuration, now)),
    ...(await checkRunningCluster(configuration, now)),
    await checkPort(configuration.listen),
  ]
}

/** Checks what a server needs to start: `doctor` reports it, and `refuseUnfitDeployment` refuses a start by it. */
export async function checkDeployment(configuration: Configuration, now: () => Date): Promise<Check[]> {
  const { database } = configuration
  return [
    checkNode(process.versions.node),
    checkClock(now()),
    ...checkMachine(configuration),
    ...(database.kind === 'embedded' ? [checkEmbedded()] : await lookAtDatabase({ url: database.url }, now)),
  ]
}

/** The embedded database, as the server's login sees it: only while AfterAI runs, since nothing is started to look at it. */
async function checkRunningCluster({ database, dataDir }: Configuration, now: () => Date): Promise<Check[]> {
  if (database.kind !== 'embedded') return []
  const login = join(dataDir, 'database-login')
  const running = existsSync(login) ? findEmbeddedCluster({ dataDir })?.running : undefined
  if (running !== undefined)
    return lookAtDatabase({ ...running, user: 'afterai_server', password: readFileSync(login, 'utf8') }, now)
  return [{ name: 'database', state: 'ok', found: 'not running, so nothing in it was looked at: a start looks at it' }]
}

// Loaded with the driver of the database where there is one to look at.
async function lookAtDatabase(connection: Connection, now: () => Date): Promise<Check[]> {
  const { checkDatabase } = await import('./doctor-database.ts')
  return checkDatabase(connection, now)
}

function toCheck({ variable, problem, fix }: { variable: string; problem: string; fix: string }): Check {
  const settings: Setting<unknown>[] = Object.values(configurationTable)
  const setting = settings.find((it) => it.variable === variable)
  // An example of a secret is none: whoever took it as it stands would share it with everybody.
  const commands =
    setting && !setting.secret ? [`export ${variable}=${quoteForShell(setting.kind.example)}`] : undefined
  return { name: variable, state: 'fail', found: problem, fix, ...(commands && { commands }) }
}

/** How much the report tells. */
export interface DoctorReport {
  /** Whether commands that mend what isn't well are printed below it. */
  readonly withCommands?: boolean
}

/** The checks as lines for a terminal, the bad ones with their remedy. */
export function formatDoctor(checks: readonly Check[], { withCommands = false }: DoctorReport = {}): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const indent = ' '.repeat(width + 8)
  const lines = checks.flatMap(({ name, state, found, fix, commands = [] }) => {
    const line = `${state.padEnd(4)}  ${name.padEnd(width)}  ${found}`
    const shown = withCommands ? commands.map((command) => `${indent}$ ${command}`) : []
    return fix === undefined ? [line] : [line, `${indent}${fix}`, ...shown]
  })
  const bad = checks.filter(({ state }) => state === 'fail').length
  const verdict = bad === 0 ? 'Nothing keeps AfterAI from running.' : `To mend before AfterAI runs: ${bad}.`
  return `${lines.join('\n')}\n\n${verdict}\n`
}

function checkEmbedded(): Check {
  const name = 'embedded PostgreSQL'
  try {
    return { name, state: 'ok', found: `programs in ${findEmbeddedPostgres()}` }
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error
    return { name, state: 'fail', found: error.code.replaceAll('_', ' '), fix: error.message }
  }
}

async function checkPort({ host, port }: ListenAddress): Promise<Check> {
  const name = 'port'
  const found = `${host}:${port}`
  const problem = await tryToListen(host, port)
  if (problem === undefined) return { name, state: 'ok', found: `${found} is free` }
  if (problem === 'EADDRINUSE') {
    return {
      name,
      state: 'warn',
      found: `${found} is taken`,
      fix: 'If AfterAI is running, this is it. If not, set AFTERAI_LISTEN to another port.',
    }
  }
  return {
    name,
    state: 'fail',
    found: `${found}: ${problem}`,
    fix: 'Set AFTERAI_LISTEN to an address of this machine and a port from 1024 up.',
  }
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}
