import { onceSettled } from '../../platform/database.ts'
import { type CaptureLimits, overflow } from '../limits.ts'
import { futureToleranceMs } from '../readings.ts'
import type { Dimensions } from '../intake/dimensions.ts'
import { servedConfiguration } from './configuration.ts'
import type { Learning } from './learning.ts'
import {
  countIdentities,
  insertIdentities,
  type KeptIdentity,
  type KeptModel,
  type NewIdentity,
  openModels,
  recordSeen,
} from './served-identities.ts'
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

/** What this process has noted of a model: when each identity was last written as seen, and which was the last. */
interface Noted {
  readonly seen: Map<string, number>
  latest: { readonly key: string; readonly ms: number }
}

interface Deps {
  readonly dimensions: Dimensions
  readonly limits: Pick<CaptureLimits, 'servedIdentities' | 'groupNews'>
}

/** Identities that this process has noted cost no query when they come again. */
export function createServedModels(deps: Deps): ServedModels {
  const noted = new Map<string, Noted>()
  return {
    newsAmong(tenantId, calls) {
      return byModel(calls).filter((it) => isNews(noted.get(`${tenantId} ${modelKey(it.asked)}`), it))
    },
    async settle(learning, news) {
      const watched = await admitModels(deps.dimensions, learning, news)
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

/** What a transaction has gathered so far. */
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
  for (const { asked, sightings } of models) {
    const model = opened.get(modelKey(asked))
    if (model === undefined) throw new Error('a model was not opened')
    const noted: Sighting[] = []
    for (const sighting of [...sightings.values()].toSorted((a, b) => a.firstMs - b.firstMs)) {
      if (await settleSighting(deps, learning, gathered, { asked, model, sighting })) noted.push(sighting)
    }
    told.set(modelKey(asked), noted)
  }
  await insertIdentities(tx, tenantId, gathered.fresh)
  await recordSeen(tx, tenantId, gathered.seen)
  return told
}

interface Told {
  readonly asked: Asked
  readonly model: KeptModel
  readonly sighting: Sighting
}

/** @returns whether it is noted by itself, so that it is nothing new when it comes again */
async function settleSighting(
  { limits }: Deps,
  learning: Learning,
  { fresh, seen, before }: Gathered,
  { asked, model, sighting }: Told,
): Promise<boolean> {
  const { served, lastMs } = sighting
  if (served === undefined) return true
  const { id: modelId, identities: kept } = model
  if (isKnown(kept, served)) {
    if (tellsWhich(kept, served)) seen.push({ modelId, identity: served, lastMs })
    return true
  }
  // What comes late fills its own hour. Of what was served since then it says nothing.
  if (isLate(kept, lastMs)) return false
  const { each, tenant } = limits.servedIdentities
  const isRoom = kept.length < each && before + fresh.length < tenant
  const identity = isRoom ? served : furtherIdentity
  if (!isRoom && isKnown(kept, identity)) seen.push({ modelId, identity, lastMs })
  else if (fresh.length < limits.groupNews) {
    const made = await settleNew(learning, { asked, modelId, kept, sighting, identity })
    fresh.push(made)
    kept.push(made)
    return isRoom
  }
  return false
}

/** Stands for all that is served beyond the limit. */
const furtherIdentity: Identity = { servedName: overflow, systemFingerprint: '' }

// A call without a fingerprint may be of any with the same name; a stream or an error often lacks it.
function isKnown(kept: readonly KeptIdentity[], { servedName, systemFingerprint }: Identity): boolean {
  return kept.some(
    (it) => it.servedName === servedName && (systemFingerprint === '' || it.systemFingerprint === systemFingerprint),
  )
}

function tellsWhich(kept: readonly KeptIdentity[], { servedName, systemFingerprint }: Identity): boolean {
  return systemFingerprint !== '' || !kept.some((it) => it.servedName === servedName && it.systemFingerprint !== '')
}

// Clocks differ by some minutes.
function isLate(kept: readonly KeptIdentity[], lastMs: number): boolean {
  return kept.some((it) => lastMs < it.lastMs - futureToleranceMs)
}

interface Unknown {
  readonly asked: Asked
  readonly modelId: string
  readonly kept: readonly KeptIdentity[]
  readonly sighting: Sighting
  readonly identity: Identity
}

async function settleNew(
  { changes, lessons }: Learning,
  { asked, modelId, kept, sighting, identity }: Unknown,
): Promise<NewIdentity> {
  const { caller, firstMs, lastMs } = sighting
  const sameName = kept.filter(({ servedName }) => servedName === identity.servedName)
  // The first fingerprint of a name that was known without one tells more of the same, not of something else.
  const refines = sameName.length > 0 && sameName.every(({ systemFingerprint }) => systemFingerprint === '')
  const baseline = kept.length === 0 || (refines && sameName.some((it) => it.baseline))
  const made = { modelId, ...identity, baseline, firstMs, lastMs }
  const latest = kept.toSorted((a, b) => b.lastMs - a.lastMs)[0]
  if (latest === undefined || refines) {
    const { environment, requestedModel } = asked
    const action = latest === undefined ? 'served_model.baseline' : 'served_model.refine'
    lessons.add(action, asked.systemId, caller, { environment, requestedModel, ...identity })
    return { ...made, changeId: null }
  }
  const changeId = await changes.open(caller, {
    systemId: asked.systemId,
    environment: asked.environment,
    before: servedConfiguration(asked, latest),
    after: servedConfiguration(asked, identity),
    changeTypes: latest.servedName === identity.servedName ? ['vendor_blackbox'] : ['model', 'vendor_blackbox'],
  })
  return { ...made, changeId }
}
