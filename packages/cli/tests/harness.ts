import { mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { onTestFinished } from 'vitest'
import { run } from '../src/run.ts'

/** The exit code and the output of a command that ran. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** How a command is run. `answers` makes it interactive: one line for each question. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly answers?: readonly string[]
}

/** Stands in for the home of whoever runs the tests, unless a test has its own. */
const home = mkdtempSync(join(tmpdir(), 'afterai-cli-home-'))
process.once('exit', () => rmSync(home, { recursive: true, force: true }))

/** Runs one command line in this process. */
export async function afterai(args: readonly string[], { env = {}, stdin, answers }: RunOptions = {}): Promise<Ran> {
  const input = Object.assign(new PassThrough(), { isTTY: answers !== undefined })
  const output = new PassThrough()
  const errors = Object.assign(new PassThrough(), { isTTY: answers !== undefined })
  const left = [...(answers ?? [])]
  let stdout = ''
  let stderr = ''
  output.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  errors.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    // Every question ends like this; a person answers once it stands there.
    if (/(: |\[y\/N\] )$/.test(chunk.toString()) && left.length > 0)
      setImmediate(() => input.write(`${left.shift()}\n`))
  })
  if (answers === undefined) input.end(stdin ?? '')
  const code = await run(args, { env: { XDG_CONFIG_HOME: home, ...env }, stdin: input, stdout: output, stderr: errors })
  return { code, stdout, stderr }
}

/** A folder that lasts as long as the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-cli-'))
  onTestFinished(async () => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A request that the stand-in got. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An answer of the stand-in: a status and JSON, or whatever the function does with the response. */
export type Reply =
  | readonly [status: number, json: unknown, headers?: Readonly<Record<string, string>>]
  | ((response: ServerResponse) => void)

/** A real HTTP server in place of AfterAI's, that answers by `METHOD /path`. */
export interface StandIn {
  readonly url: string
  readonly received: Received[]
  /** The environment that sends a command to it, as the holder of an API key. */
  readonly env: Readonly<Record<string, string>>
}

/** Starts a stand-in that lasts as long as the test. */
export async function startStandIn(routes: Readonly<Record<string, (request: Received) => Reply>>): Promise<StandIn> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void read(request).then((it) => {
      received.push(it)
      const reply = routes[`${it.method} ${it.path}`]?.(it) ?? [
        404,
        { code: 'not_found', title: 'There is no such thing here' },
      ]
      if (typeof reply === 'function') return reply(response)
      response.writeHead(reply[0], { 'content-type': 'application/json', ...reply[2] })
      return response.end(reply[1] === undefined ? '' : JSON.stringify(reply[1]))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const XDG_CONFIG_HOME = await temporaryFolder()
  const env = { AFTERAI_URL: url, AFTERAI_API_KEY: 'aftr_live_test', XDG_CONFIG_HOME, XDG_STATE_HOME: XDG_CONFIG_HOME }
  return { url, received, env }
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in')
  const body = Buffer.concat(chunks).toString()
  return { method: request.method ?? '', path: pathname, query: searchParams, headers: request.headers, body }
}
