import { execFile } from 'node:child_process'
import { request, Agent } from 'node:http'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { findUnpackedTools } from './system-tools.ts'

/** An attack on a server of this machine, and the command line that makes it. */
export interface Attack {
  readonly name: string
  readonly command: readonly [program: string, ...parameters: string[]]
}

/** How strong the attacks are. */
export interface AttackSize {
  readonly connections: number
  readonly seconds: number
}

/** Debian's slowhttptest and wrk against one server. What they do is bounded in time and in connections. */
export function attacksOn(origin: string, { connections, seconds }: AttackSize): readonly Attack[] {
  const { hostname } = new URL(origin)
  if (hostname !== '127.0.0.1') throw new Error('attacks go to this machine alone')
  const count = String(connections)
  const slow = (mode: string, more: string, path = '/openapi.json'): Attack['command'] => [
    'slowhttptest',
    ...`${mode} -u ${origin}${path} -c ${count} -r ${count} -l ${seconds} -p 2 ${more}`.split(' '),
  ]
  const flood = (path: string): Attack['command'] => [
    'wrk',
    ...`-t 1 -c ${Math.min(100, connections)} -d ${seconds}s ${origin}${path}`.split(' '),
  ]
  return [
    { name: 'slow headers', command: slow('-H', '-i 5') },
    // At a door that reads a body, and with a rate that lets so many in: others answer before there is one.
    { name: 'slow bodies', command: slow('-B', '-i 5 -s 8192 -t POST -f application/json', '/v1/session') },
    { name: 'slow reads', command: slow('-X', '-w 16 -y 32 -n 5 -z 4 -k 4') },
    { name: 'flood of one address', command: flood('/v1/systems') },
    { name: 'flood of nothing', command: flood('/nowhere') },
  ]
}

/** Runs an attack to its end. @throws where the program is missing or fails */
export async function runAttack({ command: [program, ...parameters] }: Attack): Promise<string> {
  const tools = findUnpackedTools()
  const path = `/usr/local/bin:/usr/bin:/bin${tools === undefined ? '' : `:${tools.root}/usr/bin`}`
  const env = { PATH: path, ...(tools && { LD_LIBRARY_PATH: tools.libraryPath }) }
  return new Promise((resolve, reject) => {
    execFile(program, parameters, { env, timeout: 120_000, maxBuffer: 64 * 2 ** 20 }, (error, stdout) => {
      // slowhttptest ends with 1 where the server closed on it, which is what it should do.
      if (error === null || (program === 'slowhttptest' && typeof error.code === 'number')) return resolve(stdout)
      reject(
        new Error(
          `${program} is needed (apt-get install ${program}); \`npm test\` unpacks it where it may: ${error.message}`,
        ),
      )
    })
  })
}

/** The requests, errors and waits of a client that asks politely, from an address of its own. */
export interface Experience {
  readonly requests: number
  readonly errors: readonly string[]
  readonly p50Ms: number
  readonly p99Ms: number
}

/**
 * Asks for `url` one request after the other from 127.0.0.2 while `work` goes on, and for as long as it takes to have `least` answers.
 * `onAnswer` is called for each request that was answered with 200.
 */
export async function experienceDuring(
  { url, token, least = 50, onAnswer }: { url: string; token: string; least?: number; onAnswer?: () => void },
  work: () => Promise<unknown>,
): Promise<Experience> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const timesMs: number[] = []
  const errors: string[] = []
  const state = { isOver: false }
  const working = work().finally(() => (state.isOver = true))
  while (!state.isOver || timesMs.length + errors.length < least) {
    const from = performance.now()
    try {
      const status = await ask(url, { agent, token })
      if (status === 200) {
        timesMs.push(performance.now() - from)
        onAnswer?.()
      } else errors.push(String(status))
    } catch (error) {
      errors.push(String(error))
    }
    await sleep(20)
  }
  await working
  agent.destroy()
  const sorted = timesMs.toSorted((a, b) => a - b)
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
  return { requests: timesMs.length + errors.length, errors, p50Ms: at(0.5), p99Ms: at(0.99) }
}

function ask(url: string, { agent, token }: { agent: Agent; token: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const outgoing = request(url, { agent, localAddress: '127.0.0.2', headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
      answer.on('error', reject)
    })
    outgoing.on('error', reject).end()
  })
}

/** Memory that a process has in use, in MiB. */
export function residentMib(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) / 1024
}

/** Connections to a local port that are established, as the kernel counts them. */
export function openConnections(port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const established = '01'
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(wanted) === true && state === established).length
}
