import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandFailure } from '../command-failure.ts'
import {
  answerTimeoutMs,
  declined,
  type McpConnection,
  messageText,
  mostMessageBytes,
  noAnswer,
  readMessage,
  resultOf,
  type RpcMessage,
} from './json-rpc.ts'

/** A program that is an MCP server, and the environment of whoever asks it. */
export interface ServerProgram {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Variables that it gets besides those of every program. */
  readonly env: readonly string[]
  readonly folder: string
}

/** What every program gets of the environment. All else, such as our own credentials, it gets only by name. */
const everyProgram = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SYSTEMROOT',
  'TEMP',
]
const endWithinMs = 2_000

interface Waiting {
  readonly answer: (message: RpcMessage) => void
  readonly fail: (failure: CommandFailure) => void
}

/**
 * Starts a program and speaks with it, a message a line (MCP, stdio transport). Lines that are no message are passed over; what it writes to
 * its error output isn't read.
 */
export function connectProgram(
  program: ServerProgram,
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs: number = answerTimeoutMs,
): McpConnection {
  const { name, command, args, folder } = program
  const given = Object.fromEntries([...everyProgram, ...program.env].map((variable) => [variable, env[variable]]))
  const child = spawn(command, args, { cwd: folder, env: given, stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting = new Map<unknown, Waiting>()
  let failure: CommandFailure | undefined
  const fail = (why: string, cause?: unknown): void => {
    failure ??= noAnswer(name, why, `Run it by hand to see what it says: ${command}`, cause)
    for (const { fail: reject } of waiting.values()) reject(failure)
    waiting.clear()
  }
  child.on('error', (cause: NodeJS.ErrnoException) => fail(`cannot be started (${cause.code})`, cause))
  child.on('close', (code, signal) => fail(`ended (${signal ?? code}) before it answered`))
  // How it ended tells why it doesn't read.
  child.stdin.on('error', () => undefined)
  readLines(child, (line) => {
    if (line === undefined) return fail('sent a message that is larger than 4 MiB')
    const message = readMessage(line)
    if (message === undefined) return
    if (message.method !== undefined) {
      if (message.id !== undefined) child.stdin.write(`${declined(message)}\n`)
      return
    }
    waiting.get(message.id)?.answer(message)
    waiting.delete(message.id)
  })
  let lastId = 0
  return {
    async request(method, params) {
      if (failure !== undefined) throw failure
      const id = ++lastId
      const answer = new Promise<RpcMessage>((resolve, reject) => waiting.set(id, { answer: resolve, fail: reject }))
      child.stdin.write(`${messageText(method, params, id)}\n`)
      const timer = setTimeout(() => fail(`did not answer within ${timeoutMs / 1000} s`), timeoutMs)
      try {
        return resultOf(await answer)
      } finally {
        clearTimeout(timer)
      }
    },
    notify: async (method) => void child.stdin.write(`${messageText(method, undefined)}\n`),
    speak: () => undefined,
    close: () => end(child),
  }
}

/** Hands over each line; undefined once one is too long, and then no more. */
function readLines({ stdout }: ChildProcess, take: (line: string | undefined) => void): void {
  let parts: Buffer[] = []
  let size = 0
  stdout?.on('data', (chunk: Buffer) => {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      take(Buffer.concat([...parts, chunk.subarray(from, at)]).toString())
      parts = []
      size = 0
      from = at + 1
    }
    parts.push(chunk.subarray(from))
    size += chunk.length - from
    if (size <= mostMessageBytes) return
    take(undefined)
    stdout.destroy()
  })
}

/** Ends a program as the transport asks: its input first, then by signals. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.stdin?.end()
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const waited = new AbortController()
    const isOver = await Promise.race([
      ended.then(() => true),
      sleep(endWithinMs, false, { signal: waited.signal }).catch(() => false),
    ])
    waited.abort()
    if (isOver) return
    child.kill(signal)
  }
  await ended
}
