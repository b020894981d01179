// For run times at the edge: a request gives the endpoint and the key, the answer is what came of it.
import { AfterAI } from '@afterai/sdk'
import { exercise } from './exercise.mjs'

const answer = async (request) => {
  const options = Object.fromEntries(new URL(request.url).searchParams)
  return Response.json(await exercise(AfterAI, { ...options, allowPlainHttp: true }))
}

export default { fetch: answer }

// Where a program is a script, it listens.
if (typeof EdgeRuntime !== 'undefined') addEventListener('fetch', (event) => event.respondWith(answer(event.request)))
