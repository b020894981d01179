import { Agent, request, type IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { FromSender, SenderOptions } from '../messages.ts'
import { longestReply, timeoutMs, type Platform, type Reply } from '../sender/platform.ts'
import { builtin } from '../platform-modules.ts'
import { fileSpool } from './file-spool.ts'

/** Node's own HTTP, over one connection that is kept alive. */
export function nodePlatform(options: SenderOptions, tell: (message: FromSender) => void): Platform {
  const { endpoint, apiKey, ca, proxy, spoolFolder } = options
  // Loading what TLS needs takes as long as starting the thread: only where it is used.
  const tls = endpoint.startsWith('https:') ? builtin('node:https') : undefined
  const agent = new (tls?.Agent ?? Agent)({
    keepAlive: true,
    maxSockets: 1,
    ...(ca === undefined ? {} : { ca: [...(builtin('node:tls')?.rootCertificates ?? []), ca] }),
    ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  })
  const authorization = `Bearer ${apiKey}`
  return {
    // At once: asynchronous compression would take a thread of the pool that the host's files and names need.
    pack: (text) => gzipSync(text, { level: 1 }),
    request: (path, body) =>
      new Promise((resolve, reject) => {
        const sent = (tls?.request ?? request)(`${endpoint}${path}`, {
          agent,
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            authorization,
            ...(body === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length }),
          },
        })
        const timer = setTimeout(() => sent.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })), timeoutMs)
        sent.on('close', () => clearTimeout(timer))
        sent.on('error', reject)
        sent.on('response', (response) => readReply(response, resolve, reject))
        sent.end(body)
      }),
    tell,
    ...(spoolFolder === undefined
      ? {}
      : { spool: fileSpool(spoolFolder, () => tell({ type: 'diagnostic', code: 'spool' })) }),
  }
}

function readReply(response: IncomingMessage, resolve: (reply: Reply) => void, reject: (error: Error) => void): void {
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (part: string) => {
    text += part
    if (text.length > longestReply) response.destroy(new Error())
  })
  response.on('error', reject)
  response.on('end', () =>
    resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text }),
  )
}
