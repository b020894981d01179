import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** AfterAI as a process of its own, or a chain of them, in a process group of its own. */
export interface ServerProcess {
  readonly origin: string
  /** Of the first process of the chain. */
  readonly pid: number
  readonly ending: Promise<Ending>
  /** All that it wrote so far, to both streams. */
  output(): string
  /** Signals the first process of the chain alone, as a service manager does. */
  signal(signal: NodeJS.Signals): void
  /** Signals the whole group, as a terminal does on Ctrl-C. */
  signalAll(signal: NodeJS.Signals): void
}

/** Options of a server's process. */
export interface ServerProcessOptions {
  /** Its environment besides `PATH`; the address to listen on is added. What is undefined is left out. */
  readonly env: Readonly<NodeJS.ProcessEnv>
  /** The command line; without it the server alone. */
  readonly command?: readonly [string, ...string[]]
  /** The port to listen on; without it any free one. */
  readonly port?: number
}

/** Starts AfterAI without waiting for anything. */
export async function launchServer(options: ServerProcessOptions): Promise<ServerProcess> {
  const [program, ...parameters] = options.command ?? [process.execPath, 'packages/server/src/instance/main.ts', 'up']
  const listen = `127.0.0.1:${options.port ?? (await freePort())}`
  const child = spawn(program, parameters, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${root}node_modules/.bin:/usr/local/bin:/usr/bin:/bin`, AFTERAI_LISTEN: listen, ...options.env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const ending = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  return {
    origin: `http://${listen}`,
    pid: child.pid ?? 0,
    ending,
    output: () => output,
    signal: (signal) => void child.kill(signal),
    signalAll: (signal) => {
      if (child.pid !== undefined) signalGroup(child.pid, signal)
    },
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal)
  } catch (error) {
    // All of the group has ended already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Starts AfterAI and waits until it answers requests. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const server = await launchServer(options)
  let ended = false
  void server.ending.then(() => (ended = true))
  for (;;) {
    const answered = await answers(server.origin)
    // Looked at after the answer: another's server on that port answers too.
    if (ended) throw new Error(`AfterAI ended instead of starting:\n${server.output()}`)
    if (answered) return server
    await sleep(20)
  }
}

/** Whether anything speaks HTTP at this address. */
export async function answers(origin: string): Promise<boolean> {
  try {
    await fetch(origin, { signal: AbortSignal.timeout(5_000) })
    return true
  } catch {
    return false
  }
}
