import { ProblemError } from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import type { Http } from '../http-application.ts'
import { networkOf } from '../rate-limits/index.ts'

/** Takes a place, and answers with what gives it back. @throws ProblemError `overloaded` when there is none */
type TakePlace = (request: FastifyRequest) => () => void

/** The place that a request holds now. */
interface Stay {
  leave: () => void
  over: boolean
}

/** Bodies that are arriving, for each request that may be under way: waiting for them costs little but memory. */
const uploadsPerRequest = 2
/** One network may fill so much of the room for them: enough for a busy collector of telemetry. */
const networkPart = 1 / 8

/**
 * Bounds the requests that the server works on, and apart from them those whose bodies are still arriving, in all and by network.
 * How long a body takes is for its client to say: it holds a place among the uploads of its network, none that others need.
 */
export function boundRequests(http: Http, most: number): void {
  const work = workPlaces(most)
  const mostUploads = most * uploadsPerRequest
  const uploads = uploadPlaces({ most: mostUploads, mostOfOne: Math.max(2, Math.floor(mostUploads * networkPart)) })
  const stays = new WeakMap<FastifyRequest, Stay>()
  const move = (request: FastifyRequest, take: TakePlace): void => {
    const stay = stays.get(request)
    if (stay === undefined) return
    // Whoever went away meanwhile would never give the new place back, nor would the rest of the body ever end.
    if (stay.over) throw new ProblemError('malformed_body', { detail: 'the client went away' })
    const leave = take(request)
    stay.leave()
    stay.leave = leave
  }
  http.addHook('onRequest', async (request, reply) => {
    const stay = { leave: work(request), over: false }
    stays.set(request, stay)
    reply.raw.once('close', () => {
      stay.over = true
      stay.leave()
    })
  })
  http.addHook('onSend', async (request) => {
    const stay = request.routeOptions.config.holdsOpen === true ? stays.get(request) : undefined
    if (stay === undefined) return
    stay.leave()
    stay.leave = () => undefined
  })
  http.addHook('preParsing', async (request) => {
    // A small body is there by now, unless its client takes its time.
    if (bringsBody(request) && !request.raw.complete) move(request, uploads)
  })
  http.addHook('preValidation', async (request) => {
    if (bringsBody(request)) move(request, work)
  })
}

/** Makes the refusal that whoever is turned away gets. */
export function overloaded(detail?: string): ProblemError {
  return new ProblemError('overloaded', { ...(detail === undefined ? {} : { detail }), retryAfterSeconds: 2 })
}

function workPlaces(most: number): TakePlace {
  let taken = 0
  return (request) => {
    if (taken >= most && request.routeOptions.config.rateClass !== 'none') throw overloaded()
    taken += 1
    return () => (taken -= 1)
  }
}

function uploadPlaces({ most, mostOfOne }: { readonly most: number; readonly mostOfOne: number }): TakePlace {
  const taken = new Map<string, number>()
  let all = 0
  return (request) => {
    const network = networkOf(request.ip, 32)
    const own = taken.get(network) ?? 0
    if (own >= mostOfOne) throw overloaded('too many requests from this address are still sending their bodies')
    if (all >= most) throw overloaded('too many requests are still sending their bodies')
    taken.set(network, own + 1)
    all += 1
    return () => {
      const left = (taken.get(network) ?? 1) - 1
      if (left > 0) taken.set(network, left)
      else taken.delete(network)
      all -= 1
    }
  }
}

function bringsBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
