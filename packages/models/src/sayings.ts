import { localPath } from './paths.ts'
import { unknownPlatform } from './platforms.ts'
import { resolve } from './resolve.ts'
import type { ResolvedModel } from './resolved-model.ts'
import { dated, isAlias } from './snapshots.ts'

/** What a served name says of what was served; null where it says nothing. The region and the case of a name say nothing of it. */
export interface Saying {
  readonly platform: string | null
  readonly vendor: string | null
  /** The model without its date; of a fine-tune or an identifier, all of its name. */
  readonly family: string | null
  /** Whether the name stands for whatever is newest, so that more words may be part of the family. */
  readonly open: boolean
  readonly snapshot: string | null
  readonly release: string | null
}

/** For what a name was served. */
export interface AskedFor {
  /** As `gen_ai.provider.name`; '' where it isn't told. */
  readonly provider: string
  readonly requestedModel: string
}

/** Tells what a served name says, given what was asked for. */
export function sayingOf(servedName: string, { provider, requestedModel }: AskedFor): Saying {
  // A vendor's prefix without a provider isn't a word on where the model runs.
  const asked = provider === '' ? unknownPlatform : provider
  const served = resolve(servedName, asked)
  const said = says(served, servedName)
  const isNamedByCustomer = served.kind === 'opaque' || (served.kind === 'deployment' && served.platform === 'azure')
  if (!isNamedByCustomer || !isSame(said, says(resolve(requestedModel, asked), requestedModel))) return said
  // The name of a deployment, said back, tells nothing of the model that is there.
  return { ...said, vendor: null, family: null, snapshot: null, release: null }
}

function says({ platform, vendor, model, version, kind, name }: ResolvedModel, text: string): Saying {
  const place = { platform: platform === unknownPlatform ? null : platform, vendor }
  const isWhole = kind === 'fine_tune' || kind === 'opaque'
  if (isWhole) return { ...place, family: name, open: false, snapshot: null, release: version }
  const open = isAlias(model ?? name)
  const { family, snapshot } = dated((model ?? name).replace(/(?:^|[-/:])(?:latest|auto)$/, ''))
  return { ...place, family, open, snapshot, release: localPath(text)?.folder ?? version }
}

/** Whether two names can be of one model: nothing that both say differs. */
export function agree(one: Saying, other: Saying): boolean {
  return (
    agreeOn(one.platform, other.platform) &&
    agreeOn(one.vendor, other.vendor) &&
    familiesAgree(one, other) &&
    agreeOn(one.snapshot, other.snapshot) &&
    agreeOn(one.release, other.release)
  )
}

function agreeOn(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other
}

function familiesAgree(one: Saying, other: Saying): boolean {
  if (agreeOn(one.family, other.family)) return true
  return (one.open && isWithin(one.family, other.family)) || (other.open && isWithin(other.family, one.family))
}

// `gemini-flash-latest` may be `gemini-2.5-flash-preview`.
function isWithin(alias: string | null, family: string | null): boolean {
  const words = new Set(wordsOf(family))
  return wordsOf(alias).every((word) => words.has(word))
}

function wordsOf(family: string | null): string[] {
  return (family ?? '').split('-').filter((word) => word !== '')
}

/** Whether the first says something that the second leaves open. */
export function tellsMore(one: Saying, other: Saying): boolean {
  return (
    (other.open && !one.open && one.family !== null) ||
    (['platform', 'vendor', 'family', 'snapshot', 'release'] as const).some(
      (part) => one[part] !== null && other[part] === null,
    )
  )
}

/** Whether both say the same. */
export function isSame(one: Saying, other: Saying): boolean {
  return agree(one, other) && !tellsMore(one, other) && !tellsMore(other, one)
}
