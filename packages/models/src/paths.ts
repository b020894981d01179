import { selfHosted } from './platforms.ts'
import { type Place, type ResolvedModel, unnamed } from './resolved-model.ts'
import { vendorOfAccount } from './vendors.ts'

/** Reads what remains of a name once its place is known. */
export type ReadOn = (text: string, place: Place) => ResolvedModel

/** Reads an ARN of Amazon. */
export function fromArn(text: string, place: Place, readOn: ReadOn): ResolvedModel | undefined {
  if (!/^arn:/i.test(text)) return undefined
  const [, , service = '', region = '', , ...rest] = text.split(':')
  const platform = service === 'bedrock' || service === 'sagemaker' ? service : (place.platform ?? 'unknown')
  const at: Place = { ...place, platform, region: region === '' ? place.region : region }
  const resource = rest.join(':')
  const [type = '', ...id] = resource.split('/')
  if (service !== 'bedrock') return unnamed(resource, at, 'opaque')
  if (type === 'foundation-model') return readOn(id.join('/'), at)
  if (type === 'inference-profile') {
    const read = readOn(id.join('/'), at)
    return read.model === null ? unnamed(resource, at, 'opaque') : { ...read, region: at.region }
  }
  return unnamed(resource, at, /^(?:custom|imported)-model/.test(type) ? 'fine_tune' : 'opaque')
}

const publisherPath = /^(?:projects\/[^/]+\/)?(?:locations\/([^/]+)\/)?publishers\/([^/]+)\/models\/(.+)$/
const projectPath = /^projects\/[^/]+\/locations\/([^/]+)\/(?:endpoints|models)\/[^/]+/

/** Reads a path of Google's APIs: `publishers/…/models/…`, `projects/…/endpoints/…`, `models/…`, `tunedModels/…`. */
export function fromGooglePath(text: string, place: Place, readOn: ReadOn): ResolvedModel | undefined {
  const published = publisherPath.exec(text)
  if (published !== null) {
    const [, region, publisher = '', name = ''] = published
    const vendor = vendorOfAccount(publisher.toLowerCase()) ?? place.vendor
    return readOn(name, { platform: 'vertex', vendor, region: region ?? place.region })
  }
  const own = projectPath.exec(text)
  if (own !== null) return unnamed(text, { ...place, platform: 'vertex', region: own[1] ?? null }, 'opaque')
  const platform = place.platform ?? 'google'
  if (/^models\/./.test(text)) return readOn(text.slice('models/'.length), { ...place, platform })
  if (/^tunedModels\/./.test(text)) return unnamed(text, { ...place, platform, vendor: 'google' }, 'fine_tune')
  return undefined
}

const fireworksPath = /^accounts\/([^/]+)\/models\/(.+)$/

/** Reads a path of Fireworks: a model of theirs, or one that a customer trained. */
export function fromFireworksPath(text: string, place: Place, readOn: ReadOn): ResolvedModel | undefined {
  const found = fireworksPath.exec(text)
  if (found === null) return undefined
  const [, account, name = ''] = found
  const at: Place = { ...place, platform: 'fireworks' }
  return account === 'fireworks' ? readOn(name, at) : unnamed(text, at, 'fine_tune')
}

const pathStart = /^(?:\/|\.{1,2}[\\/]|~\/|[A-Za-z]:[\\/]|\\\\|(?:file|s3|gs|abfss?|oci|pvc):\/\/)/i

/** The folder and the last part of a path on somebody's host, such as `/models/Qwen2.5-7B-Instruct`; undefined for what is none. */
export function localPath(text: string): { readonly folder: string; readonly last: string } | undefined {
  if (!pathStart.test(text)) return undefined
  const parts = text
    .replace(/^file:/i, '')
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.')
  return { folder: parts.slice(0, -1).join('/'), last: parts.at(-1) ?? '' }
}

/** Reads a path on somebody's host. The cache of Hugging Face's hub names account, model and revision in its folders. */
export function fromLocalPath(text: string, place: Place, readOn: ReadOn): ResolvedModel | undefined {
  const path = localPath(text)
  if (path === undefined) return undefined
  const at: Place = { ...place, platform: selfHosted }
  const cached = /(?:^|\/)models--([^/]+)\/snapshots$/.exec(path.folder)
  if (cached?.[1] === undefined) return readOn(path.last, at)
  const read = readOn(cached[1].replaceAll('--', '/'), at)
  return { ...read, version: path.last.toLowerCase() }
}
