import { fromArn, fromFireworksPath, fromGooglePath, fromLocalPath } from './paths.ts'
import { platformOfPrefix, platformOfProvider, platformOfVendor, selfHosted, unknownPlatform } from './platforms.ts'
import { type Place, type ResolvedModel, unnamed } from './resolved-model.ts'
import { dated } from './snapshots.ts'
import { vendorOfAccount, vendorOfName } from './vendors.ts'

/** Longer texts are no names; this bounds the time that one takes. */
export const longestModelName = 512

/**
 * Tells what a name of a model says, as telemetry tells it. `provider` is what the call names as its provider: it decides the platform
 * where the name doesn't. Knows forms of names, not which models there are. Never throws.
 */
export function resolve(name: string, provider?: string): ResolvedModel {
  const platform = (provider ?? '') === '' ? undefined : platformOfProvider(provider ?? '')
  return read(name.length > longestModelName ? '' : name, { platform, vendor: null, region: null })
}

/** The one form of a name: `vendor/model`. With the platform as its provider it resolves to the same; null where no model is named. */
export function canonicalName({ vendor, model }: ResolvedModel): string | null {
  return vendor === null || model === null ? null : `${vendor}/${model}`
}

// Most specific first: an ARN holds colons, a path slashes, and a router's prefix whatever comes after it.
function read(untrimmed: string, place: Place): ResolvedModel {
  const text = untrimmed.trim().replace(/^(?:https?:\/\/(?=(?:hf|huggingface)\.co\/)|hf:\/\/)/i, '')
  return (
    fromArn(text, place, read) ??
    fromGooglePath(text, place, read) ??
    fromFireworksPath(text.split('#')[0] ?? '', place, read) ??
    fromLocalPath(text, place, read) ??
    fromPrefix(text, place) ??
    fromBedrockId(text, place) ??
    fromEnding(text, place) ??
    fromFineTune(text, place) ??
    fromName(text, place)
  )
}

/** Names between `/` that say how Bedrock is asked. */
const bedrockWays = new Set(['converse', 'invoke', 'converse_like', 'async_invoke'])
const regionForm = /^(?:[a-z]{2}(?:-[a-z]+)+-\d|us|eu|global|global-standard|[a-z]+us\d?|[a-z]+europe)$/

function fromPrefix(text: string, place: Place): ResolvedModel | undefined {
  // OpenRouter marks names that move with `~`, Cloudflare those of its catalogue with `@cf`.
  if (/^~[^/]/.test(text)) return read(text.slice(1), { ...place, platform: place.platform ?? 'openrouter' })
  const slash = text.indexOf('/')
  if (slash <= 0) return undefined
  const prefix = text.slice(0, slash).toLowerCase()
  const rest = text.slice(slash + 1)
  if (prefix === '@cf' || prefix === '@hf') return read(rest, { ...place, platform: 'cloudflare' })
  if (prefix === 'hf.co' || prefix === 'huggingface.co') return read(rest, place)
  const platform = platformOfPrefix(prefix)
  if (platform !== undefined) return read(rest, { ...place, platform })
  if (place.platform === 'bedrock' && bedrockWays.has(prefix)) return read(rest, place)
  const regional = place.platform === 'bedrock' || place.platform === 'azure'
  if (regional && regionForm.test(prefix)) return read(rest, { ...place, region: prefix })
  const vendor = vendorOfAccount(prefix)
  if (vendor === undefined) return undefined
  return read(rest, { ...place, vendor, platform: place.platform ?? platformOfVendor(vendor) })
}

const bedrockId = /^(?:(us|eu|apac|jp|au|ca|sa|me|af|in|us-gov|global)\.)?([a-z0-9]+)\.([a-z][^/]*)$/i

function fromBedrockId(text: string, place: Place): ResolvedModel | undefined {
  const [, region, account = '', name = ''] = bedrockId.exec(text) ?? []
  const vendor = vendorOfAccount(account.toLowerCase())
  // A file of weights may be called `qwen.gguf`.
  if (vendor === undefined || place.platform === selfHosted || !name.includes('-')) return undefined
  return read(name, { platform: 'bedrock', vendor, region: region?.toLowerCase() ?? place.region })
}

/** Other ways to the same model at OpenRouter. */
const routes = new Set(['free', 'beta', 'nitro', 'floor', 'online', 'extended', 'exacto'])

// What follows the name says where it is served or how, and goes before the name itself is read. The outermost of several versions counts.
function fromEnding(text: string, place: Place): ResolvedModel | undefined {
  const file = /^(.+)\.(?:gguf|safetensors|bin)$/i.exec(text)
  if (file?.[1] !== undefined) return read(file[1], place)
  const hash = text.indexOf('#')
  if (hash > 0) return read(text.slice(0, hash), place)
  const [, context, size] = /^(.+)\[([a-z0-9]+)\]$/i.exec(text) ?? []
  if (context !== undefined) return withVersion(read(context, place), size)
  const at = text.lastIndexOf('@')
  if (at > 0) return fromVertexVersion(text.slice(0, at), text.slice(at + 1).toLowerCase(), place)
  if (place.platform === 'bedrock') {
    const [, model, major = '', minor = '0'] =
      /^(.+)-(v\d+|\d(?=:\d))(?::(\d+))?(?::[a-z0-9]+)?$/i.exec(text) ?? /^(.+)(?=:(\d+)$)/.exec(text) ?? []
    if (model !== undefined) return withVersion(read(model, place), `${major.toLowerCase()}:${minor}`)
  }
  return fromTag(text, place)
}

function fromTag(text: string, place: Place): ResolvedModel | undefined {
  const colon = text.lastIndexOf(':')
  if (colon <= 0 || /^ft:|:ft-/i.test(text)) return undefined
  const [name, tag] = [text.slice(0, colon), text.slice(colon + 1).toLowerCase()]
  if (routes.has(tag) || tag === 'latest' || tag === '') return read(name, place)
  const isBuild = place.platform === selfHosted || tag === 'thinking' || (isUnknown(place) && sizedTag.test(tag))
  return isBuild ? withVersion(read(name, place), tag) : undefined
}

/** A tag that says how large a model is, as Ollama's do, whoever is asked. */
const sizedTag = /^\d+(?:\.\d+)?[bm](?:-|$)/

function isUnknown({ platform }: Place): boolean {
  return platform === undefined || platform === unknownPlatform
}

function fromVertexVersion(name: string, version: string, place: Place): ResolvedModel {
  if (!/^(?:20\d\d-\d\d-\d\d|\d{8}|00\d)$/.test(version)) {
    return withVersion(read(name, place), version === 'default' ? undefined : version)
  }
  const [, model = name, release] = /^(.+)-(v\d+)$/i.exec(name) ?? []
  return withVersion(read(`${model}-${version}`, place), release?.toLowerCase())
}

function withVersion(read: ResolvedModel, version: string | undefined): ResolvedModel {
  return version === undefined || version === '' ? read : { ...read, version: version.toLowerCase() }
}

// OpenAI: `ft:base:organisation:suffix:id`, formerly `base:ft-…`; Azure: `base.ft-…`; a server of one's own: `base+adapter`.
function fromFineTune(text: string, place: Place): ResolvedModel | undefined {
  const [, base] =
    /^ft:([^:]*)/i.exec(text) ??
    /^([^:]+):ft-/i.exec(text) ??
    /^(.+)\.ft-/i.exec(text) ??
    /^([^+]+)\+./.exec(text) ??
    []
  if (base === undefined) return undefined
  const made = read(base, place)
  return { ...made, name: text.toLowerCase(), kind: 'fine_tune' }
}

function fromName(text: string, place: Place): ResolvedModel {
  const name = vendorsForm(text.toLowerCase())
  if (name === '') return unnamed('', place, 'opaque')
  const vendor = place.vendor ?? vendorOfName(name)
  if (vendor === undefined) return unnamed(name, place, 'deployment')
  // How the platform writes names, which is known now.
  if (place.platform === undefined) return read(text, { ...place, platform: platformOfVendor(vendor) })
  return {
    name,
    platform: place.platform,
    vendor,
    model: name,
    version: null,
    kind: dated(name).snapshot === null ? 'floating' : 'snapshot',
    region: place.region,
  }
}

// Where platforms write a vendor's name in another way.
function vendorsForm(name: string): string {
  if (name.startsWith('claude')) {
    // Since the fourth generation, the number stands behind the name of the model; routers write it before it still.
    return name
      .replaceAll(/(\d)\.(?=\d)/g, '$1-')
      .replace(/^claude-([4-9](?:-\d)?)-(haiku|sonnet|opus)(?![a-z])/, 'claude-$2-$1')
  }
  if (name.startsWith('gpt-35')) return name.replace('gpt-35', 'gpt-3.5')
  return name.replace(/^llama(?=\d)/, 'llama-')
}
