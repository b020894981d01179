import { datedAsAlias, isCoveredBy, mayStandFor } from './aliases.ts'
import { llamaSaying } from './llama.ts'
import { saysNoModel } from './no-name.ts'
import { localPath } from './paths.ts'
import { impliedPlatform, unknownPlatform } from './platforms.ts'
import { resolve } from './resolve.ts'
import type { ResolvedModel } from './resolved-model.ts'
import { aliasKind, snapshotsAgree } from './snapshots.ts'

/** The meaning of a served name, as to what was served; null where it says nothing. The region and the case of a name say nothing of it. */
export interface Saying {
  /** Where it ran: as the name itself says, or else the provider, unless that is only what a client is called. */
  readonly platform: string | null
  readonly vendor: string | null
  /** The model without its date; of a fine-tune or an identifier, all of its name. */
  readonly family: string | null
  /** Of a name that stands for others: for the newest of its family, or for whichever a router picks; null of one that doesn't. */
  readonly open: 'newest' | 'any' | null
  /** Whether it is what was asked for, said back, and no snapshot: which model that was, it leaves open. */
  readonly echo: boolean
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
  const saidOfAsked = says(resolve(requestedModel, asked), requestedModel)
  if (!isSame({ ...said, platform: null }, { ...saidOfAsked, platform: null })) return said
  const isNamedByCustomer = served.kind === 'opaque' || (served.kind === 'deployment' && served.platform === 'azure')
  // The name of a deployment, said back, tells nothing of the model that is there.
  if (isNamedByCustomer) return { ...said, vendor: null, family: null, snapshot: null, release: null }
  const isMoving = served.kind === 'floating' || served.kind === 'deployment'
  return { ...said, echo: isMoving && said.snapshot === null && said.release === null }
}

/** Tells what a name says by itself, once it is resolved. */
export function says({ platform, vendor, model, version, kind, name }: ResolvedModel, text: string): Saying {
  const named = resolve(text, unknownPlatform).platform
  const told = {
    platform: named === unknownPlatform ? impliedPlatform(platform, vendor, name) : named,
    open: null,
    echo: false,
    snapshot: null,
  }
  const path = localPath(text)
  const isWhole = kind === 'fine_tune' || kind === 'opaque'
  if (isWhole) return { ...told, vendor, family: name, release: version }
  // Of a revision in a cache it doesn't matter where the cache is.
  const release = version ?? (path?.folder || null)
  if (path !== undefined && saysNoModel(path.last)) return { ...told, vendor, family: null, release }
  const llama = vendor === 'meta' && model !== null ? llamaSaying(model, release) : undefined
  if (llama !== undefined) return { ...told, vendor, ...llama }
  const open = aliasKind(model ?? name)
  const whose = vendor === null ? accountIn(name) : { account: vendor, rest: model ?? name }
  const { family, snapshot } = datedAsAlias(whose.rest.replace(/(?:^|[-/:])(?:latest|auto)$/, ''))
  return { ...told, vendor: whose.account, family, open, snapshot, release }
}

/** The account in front of a name at a hub, as in `acme/acme-7b`: some leave it out, as they do a vendor's. */
function accountIn(name: string): { readonly account: string | null; readonly rest: string } {
  const slash = name.lastIndexOf('/')
  return slash <= 0 ? { account: null, rest: name } : { account: name.slice(0, slash), rest: name.slice(slash + 1) }
}

/** Whether two names can be of one model: nothing that both say differs. */
export function agree(one: Saying, other: Saying): boolean {
  return (
    agreeOn(one.platform, other.platform) &&
    agreeOn(one.vendor, other.vendor) &&
    familiesAgree(one, other) &&
    (one.snapshot === null || other.snapshot === null || snapshotsAgree(one.snapshot, other.snapshot)) &&
    agreeOn(one.release, other.release)
  )
}

function agreeOn(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other
}

function familiesAgree(one: Saying, other: Saying): boolean {
  return agreeOn(one.family, other.family) || stands(one, other) || stands(other, one)
}

/** Whether one name may stand for the other, which is more than a name. */
function stands(one: Saying, other: Saying): boolean {
  if (one.family === null || other.family === null) return false
  if (one.open !== null) return isCoveredBy(one.family, other.family, one.open)
  if (!one.echo || other.echo || other.open !== null) return false
  // A name that a gateway made up may be any vendor's model.
  if (one.vendor === null) return other.vendor !== null
  return other.snapshot !== null && mayStandFor(one.family, other.family)
}

/** Whether the first says something that the second leaves open. */
export function tellsMore(one: Saying, other: Saying): boolean {
  return (
    (other.open !== null && one.open === null && one.family !== null) ||
    (other.echo && !one.echo && one.family !== other.family) ||
    (['platform', 'vendor', 'family', 'snapshot', 'release'] as const).some(
      (part) => one[part] !== null && other[part] === null,
    )
  )
}

/** Whether both say the same. */
export function isSame(one: Saying, other: Saying): boolean {
  return agree(one, other) && !tellsMore(one, other) && !tellsMore(other, one)
}
