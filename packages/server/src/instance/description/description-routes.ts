import type { Http } from '../../platform/http-application.ts'

const open = { config: { permission: 'public' }, schema: { hide: true } } as const

/** `/openapi.json`: what the API takes and answers. It is in the repository too, so anybody may read it. */
export function descriptionRoutes(http: Http): void {
  let text: Promise<string> | undefined
  // Made once, and when somebody asks: what it is made of is no part of starting.
  const describe = (): Promise<string> =>
    (text ??= import('./compose-description.ts').then((it) => JSON.stringify(it.composeDescription(http))))
  http.get('/openapi.json', open, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(await describe()),
  )
}
