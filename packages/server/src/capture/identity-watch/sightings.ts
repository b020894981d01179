import { askedKey } from '@afterai/models'
import type { Caller } from '../../access/index.ts'
import { unspecifiedModel } from './configuration.ts'
import type { WatchedCall } from './watched-call.ts'

/** A model that was asked for, and the system and environment that asked for it. */
export interface Asked {
  readonly systemId: string
  readonly environment: string
  readonly provider: string
  readonly requestedModel: string
}

/** The identity of a model that was served. '' where the provider gave no fingerprint. */
export interface Identity {
  readonly servedName: string
  readonly systemFingerprint: string
}

/** One identity as a group of batches shows it. `served` is undefined where nothing can be said of it. */
export interface Sighting {
  readonly served: Identity | undefined
  readonly revision: string | undefined
  readonly caller: Caller
  firstMs: number
  lastMs: number
}

/** All that a group of batches shows of one model that is asked for. */
export interface ModelSightings {
  readonly asked: Asked
  readonly caller: Caller
  /** By identity. */
  readonly sightings: Map<string, Sighting>
}

/** Names come again and again. */
const mostKnown = 4096
const known = new Map<string, string>()

/** A model as it is asked for, in whichever of the ways to write it. */
export function askedModelKey(provider: string, requestedModel: string): string {
  const name = `${provider} ${requestedModel}`
  const there = known.get(name)
  if (there !== undefined) return there
  const made = askedKey({ provider, requestedModel })
  if (known.size >= mostKnown) known.clear()
  known.set(name, made)
  return made
}

/** Tells one model that is asked for from the tenant's others. */
export function modelKey({ systemId, environment, provider, requestedModel }: Asked): string {
  return `${systemId} ${environment} ${askedModelKey(provider, requestedModel)}`
}

/** Tells what was served from what else a model was. */
export function identityKey(served: Identity | undefined): string {
  return served === undefined ? '' : `${served.servedName} ${served.systemFingerprint}`
}

/** Groups what calls show by the model that they ask for. */
export function byModel(calls: readonly WatchedCall[]): ModelSightings[] {
  const models = new Map<string, ModelSightings>()
  for (const { systemId, environment, configuration, revision, caller, firstMs, lastMs } of calls) {
    const { provider = '', requestedModel, servedModel, systemFingerprint = '' } = configuration
    if (requestedModel === undefined && servedModel === undefined) continue
    const asked: Asked = { systemId, environment, provider, requestedModel: requestedModel ?? unspecifiedModel }
    const model = models.get(modelKey(asked)) ?? { asked, caller, sightings: new Map<string, Sighting>() }
    models.set(modelKey(asked), model)
    // Where nobody says what was asked for, two routes may ask for two models: what is served can't differ from it.
    const isWatched = requestedModel !== undefined && servedModel !== undefined
    const served = isWatched ? { servedName: servedModel, systemFingerprint } : undefined
    const there = model.sightings.get(identityKey(served))
    if (there === undefined) model.sightings.set(identityKey(served), { served, revision, caller, firstMs, lastMs })
    else {
      there.firstMs = Math.min(there.firstMs, firstMs)
      there.lastMs = Math.max(there.lastMs, lastMs)
    }
  }
  return [...models.values()]
}
