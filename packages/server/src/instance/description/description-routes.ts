import { ProblemError } from '@afterai/contract'
import { unaudited } from '../../audit/index.ts'
import { z } from 'zod'
import type { Http } from '../../platform/http-application.ts'
import { sendPage } from '../../platform/html-page.ts'
import { answerBrowser } from '../../platform/problem-page.ts'
import type { OpenApi } from './open-api.ts'

/** To browsers, which come by themselves, a problem is a page. */
const errorHandler = (...[error, request, reply]: Parameters<typeof answerBrowser>): void =>
  void answerBrowser(error, request, reply)
const open = { config: { permission: 'public', audits: unaudited.nothingOfATenant }, schema: { hide: true } } as const

/** Serves the description of what the API takes and answers, for programs and for people. It is in the repository too, so anybody may read it. */
export function descriptionRoutes(http: Http): void {
  let made: Promise<{ readonly description: OpenApi; readonly bytes: Buffer }> | undefined
  // Made once, and when somebody asks: what it is made of is no part of starting. As bytes, which all answers share: a text would be
  // copied for each of those who read slowly.
  const describe = (): NonNullable<typeof made> =>
    (made ??= import('./compose-description.ts').then(({ composeDescription }) => {
      const description = composeDescription(http)
      return { description, bytes: Buffer.from(JSON.stringify(description)) }
    }))

  http.get('/openapi.json', open, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send((await describe()).bytes),
  )
  http.get('/v1/docs', { ...open, errorHandler }, async (_request, reply) => {
    const { overviewPage } = await import('./overview-page.ts')
    return sendPage(reply, overviewPage((await describe()).description))
  })
  http.get(
    '/v1/docs/:operation',
    { ...open, errorHandler, schema: { hide: true, params: z.object({ operation: z.string() }) } },
    async (request, reply) => {
      const { operationPage } = await import('./operation-page.ts')
      const page = operationPage((await describe()).description, request.params.operation)
      if (page === undefined)
        throw new ProblemError('not_found', { detail: 'no operation has this name; see /v1/docs' })
      return sendPage(reply, page)
    },
  )
}
