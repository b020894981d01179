import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { launchServer, type ServerProcess } from '@afterai/testing'

const main = fileURLToPath(new URL('../src/instance/main.ts', import.meta.url))
const preload = fileURLToPath(new URL('killed-at-step.ts', import.meta.url))

/** An instance that hasn't started yet. */
export interface NewInstance {
  /** A directory of its own, where it keeps all that it keeps in files. */
  readonly directory: string
  /** The environment of its server, besides the data directory. */
  readonly env: Readonly<Record<string, string>>
  /** Words that it writes when its first start is done. */
  readonly lastWords: string
}

/**
 * Starts an instance for the first time again and again, each time killing it before another step, and lets it go on at last.
 * @param steps how the names of the steps begin, in the order in which they are taken
 * @returns what is wrong then: a step that was never come to, and what the last start lacks of a whole instance
 */
export async function startAfterKills(instance: NewInstance, steps: readonly string[]): Promise<string[]> {
  for (const step of steps) {
    const killed = await launch(instance, { KILLED_BEFORE: step })
    await Promise.race([killed.ending, spoken(killed, instance.lastWords).catch(() => undefined)])
    killed.signalAll('SIGTERM')
    const { signal } = await killed.ending
    if (signal !== 'SIGKILL') return [`it never came to "${step}": ${killed.output().slice(-500)}`]
  }
  const server = await launch(instance, {})
  try {
    await spoken(server, instance.lastWords)
    const ready = await fetch(`${server.origin}/readyz`).then((answer) => answer.status)
    return [
      ...(ready === 200 ? [] : [`/readyz answers ${ready}`]),
      ...(server.output().includes('--setup') ? [] : ['it shows no set-up code']),
      ...leftovers(dataDirOf(instance)),
      ...failures(instance),
    ]
  } finally {
    server.signalAll('SIGKILL')
    await server.ending
  }
}

function dataDirOf({ directory }: NewInstance): string {
  return join(directory, 'data')
}

function launch(instance: NewInstance, variables: Record<string, string>): Promise<ServerProcess> {
  const env = {
    AFTERAI_DATA_DIR: dataDirOf(instance),
    AFTERAI_RATE_READS: '1000000',
    AFTERAI_RATE_WRITES: '1000000',
    ...instance.env,
    ...variables,
  }
  return launchServer({ env, command: [process.execPath, '--import', preload, main, 'up'] })
}

async function spoken(server: ServerProcess, words: string): Promise<void> {
  let hasEnded = false
  void server.ending.then(() => (hasEnded = true))
  while (!server.output().includes(words)) {
    if (hasEnded) throw new Error(`it ended instead of saying "${words}": ${server.output().slice(-500)}`)
    await sleep(20)
  }
}

/** Files that were only meant to become others. */
function leftovers(dataDir: string): string[] {
  const keys = join(dataDir, 'keys')
  return [...readdirSync(dataDir), ...(existsSync(keys) ? readdirSync(keys) : [])]
    .filter((name) => /unfinished|\.new$/.test(name))
    .map((name) => `${name} is left over`)
}

function failures(instance: NewInstance): string[] {
  const env = { PATH: '/usr/bin:/bin', AFTERAI_DATA_DIR: dataDirOf(instance), ...instance.env }
  const said = execFileSync('/bin/sh', ['-c', '"$0" "$@" || true', process.execPath, main, 'doctor', '--json'], {
    env,
    encoding: 'utf8',
  })
  return (JSON.parse(said) as { name: string; state: string; found: string }[])
    .filter(({ state }) => state === 'fail')
    .map(({ name, found }) => `doctor says: ${name}: ${found}`)
}
