import type { Caller } from '../../access/index.ts'
import type { DerivedChange } from '../../ace/index.ts'
import { servedConfiguration } from './configuration.ts'
import {
  type Judgement,
  type KnownIdentity,
  latestOf,
  type Replacement,
  type SeenIdentity,
  type Sole,
} from './judge-served.ts'
import type { Learning } from './learning.ts'
import type { Asked } from './sightings.ts'

/** A new identity of a model, and its relation to the identities that were known. */
export interface News {
  readonly asked: Asked
  readonly caller: Caller
  readonly revision: string | undefined
  readonly kept: readonly KnownIdentity[]
  readonly identity: SeenIdentity
  readonly judgement: Exclude<Judgement, { readonly is: 'known' | 'late' }>
}

/** Opens the change that an identity is, or notes it as learned. @returns what is kept with it */
export async function tell(learning: Learning, news: News): Promise<Pick<KnownIdentity, 'baseline' | 'changeId'>> {
  const { judgement } = news
  if (judgement.is === 'member') return { baseline: false, changeId: judgement.changeId }
  if (judgement.is === 'growth' || judgement.is === 'change') {
    return {
      baseline: false,
      changeId: await learning.changes.open(news.caller, { ...newChange(news), revision: news.revision }),
    }
  }
  const { asked, caller, identity } = news
  const { environment, requestedModel } = asked
  const { servedName, systemFingerprint } = identity
  const action = judgement.is === 'baseline' ? 'served_model.baseline' : 'served_model.refine'
  learning.lessons.add(action, asked.systemId, caller, { environment, requestedModel, servedName, systemFingerprint })
  if (judgement.is === 'baseline') return { baseline: true, changeId: null }
  return { baseline: judgement.baseline, changeId: judgement.changeId }
}

function newChange({ asked, kept, identity, judgement }: News): DerivedChange {
  if (judgement.is !== 'growth') {
    return { ...changeOf(asked, latestOf(kept) ?? identity, identity), changeTypes: ['model', 'vendor_blackbox'] }
  }
  const { known } = judgement
  const change = changeOf(asked, latestOf(known) ?? identity, identity)
  const title = `system fingerprint ${identity.systemFingerprint} beside ${known.length} known`
  return { ...change, changeTypes: ['vendor_blackbox'], ...(known.length === 1 ? {} : { title }) }
}

/** Opens the change that a fingerprint is which joined others in silence, and has taken their place since. @returns its id */
export function openReplacement(
  { changes }: Learning,
  { asked, caller, by, of }: Replacement & Pick<News, 'asked' | 'caller'>,
): Promise<string> {
  const count = of.length
  return changes.open(caller, {
    ...changeOf(asked, latestOf(of) ?? by, by),
    title: `system fingerprint ${by.systemFingerprint} in the place of ${count === 1 ? 'another one' : `${count} others`}`,
    changeTypes: ['vendor_blackbox'],
  })
}

/** Notes what isn't served any more, and opens the change that a model is which was served before and has come back. */
export async function tellSole(
  { changes }: Learning,
  { asked, caller, by, others, inPlaceOf }: Sole & Pick<News, 'asked' | 'caller'>,
): Promise<void> {
  const at = new Date(by.apart?.sinceMs ?? by.lastMs)
  if (inPlaceOf !== undefined) {
    const changeId = await changes.open(caller, {
      ...changeOf(asked, inPlaceOf, by),
      title: `served again: ${by.servedName} in the place of ${inPlaceOf.servedName}`,
      changeTypes: ['model', 'vendor_blackbox'],
      implementedAt: at,
    })
    by.returned = { ms: by.lastMs, changeId }
  }
  const ended = others.flatMap(({ changeId, returned }) => [changeId, returned?.changeId ?? null])
  const changeIds = [...new Set(ended.filter((it) => it !== null))]
  await changes.end(caller, changeIds, {
    at,
    undoneBy: inPlaceOf === undefined ? null : (by.returned?.changeId ?? null),
  })
}

// Where both names say on which platform the model ran, and it is another one, the provider is what changed.
function changeOf(asked: Asked, before: SeenIdentity, after: SeenIdentity): Omit<DerivedChange, 'changeTypes'> {
  const platforms = [before.saying.platform, after.saying.platform] as const
  const moved = platforms[0] !== null && platforms[1] !== null && platforms[0] !== platforms[1]
  const { systemId, environment, requestedModel } = asked
  const side = (identity: SeenIdentity, platform: string | null) =>
    servedConfiguration({ requestedModel, provider: moved ? (platform ?? '') : asked.provider }, identity)
  return { systemId, environment, before: side(before, platforms[0]), after: side(after, platforms[1]) }
}
