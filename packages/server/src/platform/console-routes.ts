import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { consoleHeaders } from './console-headers.ts'
import type { Console, ConsoleFile } from './console-files.ts'
import { html, sendPage } from './html-page.ts'
import type { Http } from './http-application.ts'

/** Beginnings of addresses that are the server's own: nothing below them is ever the console's page. */
const ownPlaces: ReadonlySet<string> = new Set(['v1', 'livez', 'readyz', 'openapi.json'])
const assets = 'assets'

const audits = { none: 'It shows nothing of any tenant.' } as const
const config = { permission: 'public', rateClass: 'file', audits } as const
const schema = { hide: true, params: z.object({ '*': z.string() }) } as const

/**
 * The console's files, and its page at whatever address it may have, for browsers that go there. Where it isn't built, browsers read at
 * `/` how to, at `/device` how else to approve a device, and nothing else is different from a server without it.
 */
export function consoleRoutes(http: Http, console: Console | undefined): void {
  // What is asked of the API counts as a read, whether there is such a thing or not.
  http.get('/v1/*', { config: { permission: 'public', audits }, schema: { hide: true } }, (_request, reply) =>
    notFound(reply),
  )
  http.get('/*', { config, schema }, async (request, reply) => {
    const path = request.params['*']
    if (console === undefined) return sendWithoutConsole(path, request, reply)
    const [place = ''] = path.split('/')
    if (ownPlaces.has(place)) return notFound(reply)
    if (path === '' || path === 'index.html') return sendPageOf(console, request, reply)
    const file = (await console.read()).get(path)
    if (file !== undefined) {
      // What the build gives a name of its own never changes; anything else may with the next release.
      const lasts = place === assets ? 'public, max-age=31536000, immutable' : 'no-cache'
      return sendFile(file, request, reply.header('cache-control', lasts).header('vary', 'accept-encoding'))
    }
    if (place === assets || !isPage(path) || !acceptsHtml(request)) return notFound(reply)
    return sendPageOf(console, request, reply)
  })
}

function notFound(reply: FastifyReply): FastifyReply {
  reply.callNotFound()
  return reply
}

/** Whether an address may be one of the console's: no step out of its place, in the spelling of whatever system. */
function isPage(path: string): boolean {
  return !path.includes('\\') && path.split('/').every((part) => part !== '.' && part !== '..')
}

function sendPageOf({ page }: Console, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({ ...consoleHeaders, 'cache-control': 'no-cache', vary: 'accept, accept-encoding' })
  return sendFile(page, request, reply)
}

function sendFile(file: ConsoleFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { plain, brotli } = file
  const isCompressed = brotli !== undefined && takes(request.headers['accept-encoding'], 'br')
  const { bytes, tag } = isCompressed ? brotli : plain
  reply.header('etag', tag)
  if (isCompressed) reply.header('content-encoding', 'br')
  if (knows(request.headers['if-none-match'], tag)) return reply.code(304).send()
  return reply.type(file.type).send(bytes)
}

function acceptsHtml({ headers }: FastifyRequest): boolean {
  return takes(headers.accept, 'text/html')
}

/** Whether a list of what a client takes names it, and not with a weight of 0 (RFC 9110 §12.4.2). */
function takes(list: string | undefined, wanted: string): boolean {
  return (list ?? '').split(',').some((item) => {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    return name === wanted && !parameters.some((it) => /^q\s*=\s*0(?:\.0*)?$/.test(it))
  })
}

/** Whether a client has it already (RFC 9110 §13.1.2). */
function knows(list: string | undefined, tag: string): boolean {
  return (list ?? '').split(',').some((item) => item.trim() === '*' || item.trim().replace(/^W\//, '') === tag)
}

function sendWithoutConsole(path: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // The address that a terminal prints: whatever opens it gets an answer.
  if (path === 'device') return sendHowToApprove(reply)
  return path === '' && acceptsHtml(request) ? sendHowToBuild(reply) : notFound(reply)
}

function sendHowToBuild(reply: FastifyReply): FastifyReply {
  const body = html`<p>The server runs, and its console isn’t built. Build it, and start the server again:</p>
    <p><code>npm run build</code></p>
    <p>The API is described at <a href="/v1/docs">/v1/docs</a>.</p>`
  return sendPage(reply, { title: 'No console here', body, status: 404 })
}

function sendHowToApprove(reply: FastifyReply): FastifyReply {
  const body = html`<p>A terminal shows you a code. Approve it where you are signed in already:</p>
    <p><code>afterai session approve CODE</code></p>
    <p>
      If your company signs in with its identity provider, use <code>afterai login --sso --tenant NAME</code> in place
      of <code>--device</code>.
    </p>`
  return sendPage(reply, { title: 'Approve a device', body })
}
