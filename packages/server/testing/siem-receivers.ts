import { createHmac, timingSafeEqual } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'

/** A message as a strict receiver reads it (RFC 5424 §6). */
export interface SyslogMessage {
  readonly priority: number
  readonly timestamp: string
  readonly host: string
  readonly app: string
  readonly processId: string
  readonly messageId: string
  readonly data: Readonly<Record<string, string>>
  readonly text: string
}

const printableAscii = (most: number): string => `[\\x21-\\x7e]{1,${most}}`
const header = new RegExp(
  `^<(\\d{1,3})>1 (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{1,6}Z) (${printableAscii(255)}) (${printableAscii(48)}) (${printableAscii(128)}) (${printableAscii(32)}) `,
)

/** Reads one message by the letter of RFC 5424, or throws. */
export function parseSyslog(bytes: Buffer): SyslogMessage {
  const whole = new TextDecoder('utf8', { fatal: true, ignoreBOM: true }).decode(bytes)
  const read = header.exec(whole)
  if (read === null) throw new Error(`no header of RFC 5424: ${whole.slice(0, 120)}`)
  const [start, priority, timestamp = '', host = '', app = '', processId = '', messageId = ''] = read
  if (Number(priority) > 191) throw new Error(`no such priority: ${priority}`)
  const { data, rest } = parseElement(whole.slice(start.length))
  if (!rest.startsWith(' \uFEFF')) throw new Error('no byte order mark before the message')
  const text = rest.slice(2)
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(whole)) throw new Error('a control character')
  return { priority: Number(priority), timestamp, host, app, processId, messageId, data, text }
}

function parseElement(text: string): { data: Record<string, string>; rest: string } {
  const [opening] = /^\[[^ =\]"]{1,32}/.exec(text) ?? []
  if (opening === undefined) throw new Error(`no structured data: ${text.slice(0, 80)}`)
  const data: Record<string, string> = {}
  let rest = text.slice(opening.length)
  const parameter = /^ ([^ =\]"]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/
  for (let found = parameter.exec(rest); found !== null; found = parameter.exec(rest)) {
    const [all, name = '', value = ''] = found
    data[name] = value.replaceAll(/\\(["\\\]])/g, '$1')
    rest = rest.slice(all.length)
  }
  if (!rest.startsWith(']')) throw new Error(`structured data doesn't end: ${rest.slice(0, 80)}`)
  return { data, rest: rest.slice(1) }
}

/** Takes octet-counted frames off the front; answers what is left. */
export function takeFrames(bytes: Buffer, take: (message: Buffer) => void): Buffer {
  for (;;) {
    const space = bytes.indexOf(0x20)
    if (space === -1) return bytes
    const digits = bytes.subarray(0, space).toString('latin1')
    if (!/^[1-9]\d*$/.test(digits)) throw new Error(`no count of octets: ${digits}`)
    const end = space + 1 + Number(digits)
    if (bytes.length < end) return bytes
    take(bytes.subarray(space + 1, end))
    bytes = bytes.subarray(end)
  }
}

/** A syslog receiver that reads strictly. `onMessage` may end the connection; `faults` are what it couldn't read. */
export interface SyslogReceiver {
  readonly port: number
  readonly messages: SyslogMessage[]
  readonly faults: string[]
  stop(): Promise<void>
}

/** Starts one, over TLS where there is a certificate. */
export async function startSyslogReceiver(
  options: {
    port?: number
    certificate?: { key: string; certificate: string }
    onMessage?: (socket: Socket, count: number) => void
  } = {},
): Promise<SyslogReceiver> {
  const messages: SyslogMessage[] = []
  const faults: string[] = []
  const sockets = new Set<Socket>()
  const serve = (socket: Socket): void => {
    sockets.add(socket)
    let left: Buffer = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      try {
        left = takeFrames(Buffer.concat([left, chunk]), (message) => {
          if (socket.destroyed) return
          messages.push(parseSyslog(message))
          options.onMessage?.(socket, messages.length)
        })
      } catch (error) {
        faults.push(String(error))
        socket.destroy()
      }
    })
  }
  const { certificate } = options
  const server: Server =
    certificate === undefined
      ? createTcpServer(serve)
      : createTlsServer({ key: certificate.key, cert: certificate.certificate }, serve)
  server.on('tlsClientError', () => undefined)
  const port = await listen(server, options.port)
  return {
    port,
    messages,
    faults,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.resetAndDestroy()
      }),
  }
}

/** An event as it arrives. */
export interface ArrivedEvent {
  readonly id: string
  readonly logIndex: number
  readonly schema: string
  readonly tenantId: string
  readonly action: string
}

/** A webhook receiver that checks signatures as Standard Webhooks says. */
export interface WebhookReceiver {
  readonly url: string
  readonly port: number
  readonly requests: { readonly id: string; readonly events: readonly ArrivedEvent[] }[]
  readonly faults: string[]
  setSecret(secret: string): void
  stop(): Promise<void>
}

/** Starts one. `answer` may do anything with a request whose signature is right; without it the answer is 204. */
export async function startWebhookReceiver(
  answer?: (response: ServerResponse, count: number) => void,
  port?: number,
): Promise<WebhookReceiver> {
  const requests: { id: string; events: readonly ArrivedEvent[] }[] = []
  const faults: string[] = []
  let secret = ''
  const server = createHttpServer((request, response) => {
    void readBody(request).then((body) => {
      const id = String(request.headers['webhook-id'])
      const fault = signatureFault(request, body, secret)
      if (fault !== undefined) {
        faults.push(fault)
        return response.writeHead(401).end()
      }
      const { events } = JSON.parse(body.toString()) as { events: ArrivedEvent[] }
      requests.push({ id, events })
      if (answer === undefined) return response.writeHead(204).end()
      return answer(response, requests.length)
    })
  })
  const own = await listen(server, port)
  return {
    url: `http://127.0.0.1:${own}/hook?token=a-secret-in-a-url`,
    port: own,
    requests,
    faults,
    setSecret: (it) => (secret = it),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function signatureFault(request: IncomingMessage, body: Buffer, secret: string): string | undefined {
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(request.headers[name]),
  )
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return `a timestamp from elsewhere: ${timestamp}`
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const wanted = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body.toString()}`).digest('base64')}`
  const given = Buffer.from(signature ?? '')
  const isRight = given.length === wanted.length && timingSafeEqual(given, Buffer.from(wanted))
  return isRight ? undefined : 'a signature that is not right'
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function listen(server: Server | ReturnType<typeof createHttpServer>, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  return (server.address() as AddressInfo).port
}

/** A key and a certificate for a name or an address, vouched for by itself. */
export function selfSigned(subject: `DNS:${string}` | `IP:${string}`): { key: string; certificate: string } {
  const folder = mkdtempSync(join(tmpdir(), 'afterai-tls-'))
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const name = ['-subj', '/CN=siem.example', '-addext', `subjectAltName=${subject}`]
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', [...made, '-keyout', key, '-out', certificate, ...name], { stdio: 'pipe' })
  const pair = { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') }
  rmSync(folder, { recursive: true })
  return pair
}
