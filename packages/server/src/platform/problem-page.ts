import type { FastifyReply, FastifyRequest } from 'fastify'
import { html, sendPage } from './html-page.ts'
import { toProblem } from './problem-response.ts'

/**
 * The error handler of routes that browsers come to by themselves: a problem is a page to whoever accepts one.
 * Everybody else gets what all routes answer.
 */
export function answerBrowser(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.headers.accept?.includes('text/html') !== true) throw error
  const { status, body } = toProblem(error, request.id)
  if (status >= 500) request.log.error({ err: error, requestId: request.id }, 'request failed')
  const detail = typeof body['detail'] === 'string' ? html`<p>${body['detail']}</p>` : html``
  const content = html`${detail}
    <p>${String(body['remedy'])}</p>
    <p>Request: <code>${request.id}</code></p>`
  return sendPage(reply, { status, title: String(body['title']), body: content })
}
