import { namePattern } from '../names.ts'
import { fields, InvalidField } from './fields.ts'
import { snapshotOf, type Snapshot } from './snapshot.ts'

const choices = {
  intent: ['proposed', 'implemented', 'observed', 'rolled_back'],
  changeClass: ['standard', 'normal', 'emergency'],
  origin: ['manual', 'ci', 'api'],
  severity: ['low', 'medium', 'high', 'critical'],
  blastRadius: ['single_route', 'single_app', 'portfolio', 'unknown'],
  customerImpact: ['none', 'minor', 'material', 'unknown'],
} as const
const changeTypes =
  'model,prompt,inference,tools,retrieval,guardrails,post_processing,infra,data,eval,vendor_blackbox,other'.split(',')

/** Characters that a database and canonical JSON both keep. */
const writable = /^(?:[\t\n\r]|[^\p{Cc}\p{Cs}])*$/u

/** A recorded change as it is sent, and the configuration after it, still to be digested. */
export interface ChangeSnapshot {
  readonly sent: Record<string, unknown>
  readonly after: Snapshot | undefined
}

/**
 * Reads a change, once.
 * @throws {InvalidField}
 */
export function changeOf(change: unknown): ChangeSnapshot {
  const { after, risk, changeTypes, title, ...rest } = fields(change, 'change', {
    title: 'text!',
    changeTypes: 'any!',
    intent: 'text',
    changeClass: 'text',
    origin: 'text',
    revision: 'name',
    after: 'any',
    risk: 'any',
  })
  choose(rest, ['intent', 'changeClass', 'origin'])
  return {
    sent: {
      origin: 'api',
      ...rest,
      title: titleOf(title as string),
      changeTypes: typesOf(changeTypes),
      ...(risk === undefined ? {} : { risk: riskOf(risk) }),
    },
    after: after === undefined ? undefined : snapshotOf(after),
  }
}

function titleOf(title: string): string {
  // Not even looked at if it is far too long.
  const trimmed = title.length > 1000 ? '' : title.trim()
  if (trimmed === '' || trimmed.length > 200 || !writable.test(trimmed)) throw new InvalidField('change.title')
  return trimmed
}

function typesOf(types: unknown): string[] {
  if (!Array.isArray(types) || types.length < 1 || types.length > 12) throw new InvalidField('change.changeTypes')
  const read = Array.from(types, (type: unknown) => type as string)
  if (!read.every((type) => typeof type === 'string' && changeTypes.includes(type)))
    throw new InvalidField('change.changeTypes')
  return read
}

function riskOf(risk: unknown): Record<string, unknown> {
  const read = fields(risk, 'risk', {
    severity: 'text!',
    blastRadius: 'text',
    customerImpact: 'text',
  })
  choose(read, ['severity', 'blastRadius', 'customerImpact'])
  return read
}

function choose(read: Record<string, unknown>, keys: readonly (keyof typeof choices)[]): void {
  for (const key of keys) {
    if (read[key] !== undefined && !(choices[key] as readonly unknown[]).includes(read[key]))
      throw new InvalidField(key)
  }
}

/** What an observation says besides the configuration. */
export function observeOptionsOf(options: unknown): Record<string, unknown> {
  if (options === undefined) return {}
  const read = fields(options, 'options', { revision: 'name', origin: 'name' })
  if (read['origin'] !== undefined && read['origin'] !== 'sdk' && read['origin'] !== 'ci')
    throw new InvalidField('options.origin')
  return read
}

/** @throws {InvalidField} if it isn't a name */
export function nameOf(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.length > 128 || !namePattern.test(value)) throw new InvalidField(field)
  return value
}
