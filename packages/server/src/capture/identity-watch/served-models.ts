import { sayingOf } from '@afterai/models'
import { onceSettled } from '../../platform/database.ts'
import { type CaptureLimits, overflow } from '../limits.ts'
import type { Dimensions } from '../dimensions.ts'
import { judge, type KnownIdentity, replacements, type SeenIdentity, soles } from './judge-served.ts'
import type { Learning } from './learning.ts'
import {
  countIdentities,
  insertIdentities,
  type KeptModel,
  type NewIdentity,
  openModels,
  readSpellings,
  recordSeen,
  recordAlone,
} from './served-identities.ts'
import { openReplacement, tell, tellSole } from './served-changes.ts'
import {
  type Asked,
  byModel,
  type Identity,
  identityKey,
  modelKey,
  type ModelSightings,
  type Sighting,
} from './sightings.ts'
import type { WatchedCall } from './watched-call.ts'

const neverAlone = { alone: undefined, apart: undefined, returned: null } as const

/** How often the time of the last sighting is written while the same is served. */
const seenRecordedEveryMs = 10_000
const mostKnown = 20_000

/** Watches which models are served for those that are asked for. */
export interface ServedModels {
  /** Models of which calls show something that this process hasn't noted, with all that they show of these. */
  newsAmong(tenantId: string, calls: readonly WatchedCall[]): ModelSightings[]
  /** Notes it, and opens an ACE for each identity that is new to a model that had one. */
  settle(learning: Learning, news: readonly ModelSightings[]): Promise<void>
}

/** Notes of this process on a model: when each identity was last written as seen, and which was the last. */
interface Noted {
  readonly seen: Map<string, number>
  latest: { readonly key: string; readonly ms: number }
}

interface Deps {
  readonly dimensions: Dimensions
  readonly limits: Pick<CaptureLimits, 'servedIdentities' | 'groupNews' | 'learningMs'>
}

/** Identities that this process has noted cost no query when they come again. */
export function createServedModels(deps: Deps): ServedModels {
  const noted = new Map<string, Noted>()
  return {
    newsAmong(tenantId, calls) {
      return byModel(calls).filter((it) => isNews(noted.get(`${tenantId} ${modelKey(it.asked)}`), it))
    },
    async settle(learning, news) {
      const watched = await admitModels(deps.dimensions, learning, await asKept(learning, news))
      if (watched.length === 0) return
      const told = await settleModels(deps, learning, watched)
      onceSettled(learning.tx, (committed) => {
        if (!committed) return
        if (noted.size > mostKnown) noted.clear()
        for (const [key, sightings] of told) note(noted, `${learning.tenantId} ${key}`, sightings)
      })
    },
  }
}

// All of a model is written or nothing: which of its identities came last decides its verdict.
function isNews(noted: Noted | undefined, { sightings }: ModelSightings): boolean {
  if (noted === undefined) return true
  let [latestKey, latestMs] = [noted.latest.key, noted.latest.ms]
  for (const [key, { lastMs }] of sightings) {
    if (lastMs - (noted.seen.get(key) ?? Number.NEGATIVE_INFINITY) >= seenRecordedEveryMs) return true
    if (key !== '' && lastMs > latestMs) [latestKey, latestMs] = [key, lastMs]
  }
  return latestKey !== noted.latest.key
}

function note(all: Map<string, Noted>, key: string, sightings: readonly Sighting[]): void {
  const noted = all.get(key) ?? { seen: new Map<string, number>(), latest: { key: '', ms: 0 } }
  all.set(key, noted)
  for (const { served, lastMs } of sightings) {
    const identity = identityKey(served)
    noted.seen.set(identity, Math.max(noted.seen.get(identity) ?? 0, lastMs))
    if (served !== undefined && lastMs > noted.latest.ms) noted.latest = { key: identity, ms: lastMs }
  }
}

/** The same as it is kept: of the ways in which one model is asked for, the first stands for all. */
async function asKept(learning: Learning, news: readonly ModelSightings[]): Promise<ModelSightings[]> {
  const kept = await readSpellings(learning, news)
  return news.map((it) => ({ ...it, asked: kept.get(modelKey(it.asked)) ?? it.asked }))
}

// What is over the limit is known to be asked for, and not watched.
async function admitModels(
  dimensions: Dimensions,
  { tx, tenantId }: Learning,
  news: readonly ModelSightings[],
): Promise<ModelSightings[]> {
  const values = news.map(({ asked }) => ({
    scope: `${asked.systemId}/${asked.environment}`,
    value: `${asked.provider} ${asked.requestedModel}`,
  }))
  const shown = await dimensions.admit(tx, tenantId, 'served_model', values)
  const watched = new Map<string, ModelSightings>()
  for (const [index, it] of news.entries()) {
    const value = values[index]
    const admitted = value !== undefined && shown(value) === value.value
    const asked: Asked = admitted ? it.asked : { ...it.asked, provider: '', requestedModel: overflow }
    watched.set(modelKey(asked), admitted ? it : { ...it, asked, sightings: new Map() })
  }
  return [...watched].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, it]) => it)
}

/** Identities that a transaction has gathered so far. */
interface Gathered {
  readonly fresh: NewIdentity[]
  readonly seen: { readonly modelId: string; readonly identity: Identity; readonly lastMs: number }[]
  /** How many identities the tenant had before. */
  readonly before: number
}

/** @returns what was noted, by model */
async function settleModels(
  deps: Deps,
  learning: Learning,
  models: readonly ModelSightings[],
): Promise<Map<string, Sighting[]>> {
  const { tx, tenantId } = learning
  const opened = await openModels(learning, models)
  const gathered: Gathered = { fresh: [], seen: [], before: await countIdentities(tx, tenantId) }
  const told = new Map<string, Sighting[]>()
  const alone: { modelId: string; identity: KnownIdentity }[] = []
  for (const { asked, caller, sightings } of models) {
    const model = opened.get(modelKey(asked))
    if (model === undefined) throw new Error('a model was not opened')
    const noted: Sighting[] = []
    for (const sighting of [...sightings.values()].toSorted((a, b) => a.firstMs - b.firstMs)) {
      if (await settleSighting(deps, learning, gathered, { model, sighting })) noted.push(sighting)
    }
    const before = new Map(model.identities.map((it) => [it, { ...it }]))
    for (const replacement of replacements(model.identities, deps.limits.learningMs)) {
      replacement.by.changeId = await openReplacement(learning, { asked, caller, ...replacement })
    }
    for (const sole of soles(model.identities)) await tellSole(learning, { asked, caller, ...sole })
    const modelId = model.id
    const moved = model.identities.filter((it) => {
      const was = before.get(it)
      return it.alone !== was?.alone || it.apart !== was?.apart || it.returned !== was?.returned
    })
    alone.push(...moved.map((identity) => ({ modelId, identity })))
    told.set(modelKey(asked), noted)
  }
  await insertIdentities(tx, tenantId, gathered.fresh)
  await recordSeen(tx, tenantId, gathered.seen)
  await recordAlone(tx, tenantId, alone)
  return told
}

interface Told {
  readonly model: KeptModel
  readonly sighting: Sighting
}

/** @returns whether it is noted by itself, so that it is nothing new when it comes again */
async function settleSighting(
  { limits }: Deps,
  learning: Learning,
  { fresh, seen, before }: Gathered,
  { model, sighting }: Told,
): Promise<boolean> {
  const { served, firstMs, lastMs } = sighting
  if (served === undefined) return true
  const { id: modelId, asked, identities: kept } = model
  const see = (identity: KnownIdentity): void => {
    identity.lastMs = Math.max(identity.lastMs, lastMs)
    seen.push({ modelId, identity, lastMs })
  }
  const saying = sayingOf(served.servedName, asked)
  const judgement = judge(kept, { ...served, saying, firstMs, lastMs }, limits.learningMs)
  if (judgement.is === 'known') {
    if (judgement.as !== undefined) see(judgement.as)
    return true
  }
  // What comes late fills its own hour. Of what was served since then it says nothing.
  if (judgement.is === 'late') return false
  const { each, tenant } = limits.servedIdentities
  const isRoom = kept.length < each && before + fresh.length < tenant
  const further = kept.find(({ servedName }) => servedName === overflow)
  if (!isRoom && further !== undefined) {
    see(further)
    return false
  }
  if (fresh.length >= limits.groupNews) return false
  const identity: SeenIdentity = isRoom
    ? { ...served, saying, firstMs, lastMs }
    : { servedName: overflow, systemFingerprint: '', saying: sayingOf(overflow, asked), firstMs, lastMs }
  const told = await tell(learning, {
    asked,
    caller: sighting.caller,
    revision: sighting.revision,
    kept,
    identity,
    judgement,
  })
  const made = { modelId, ...identity, ...told, heldMs: Number.NEGATIVE_INFINITY, ...neverAlone }
  fresh.push(made)
  kept.push(made)
  return isRoom
}
