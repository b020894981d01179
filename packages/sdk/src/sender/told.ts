import type { OutgoingEvent, ToldMessage } from '../messages.ts'
import { InvalidField } from '../names.ts'
import { type Configuration } from './configuration.ts'
import { fields } from './fields.ts'
import { newId } from './new-id.ts'
import type { TimedEvent } from './platform.ts'

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

/**
 * Turns a message of the host into the event that the contract asks for.
 * @throws {InvalidField}
 */
export function eventOf(told: ToldMessage, configuration: Configuration | undefined): TimedEvent {
  const { kind, system, environment, plain, time } = told
  const read = kind === 'change' ? changeOf(JSON.parse(plain)) : observationOf(JSON.parse(plain))
  const as = kind === 'change' ? 'after' : 'configuration'
  const event: OutgoingEvent = { id: newId(), kind, system, environment, ...read }
  return { event: configuration === undefined ? event : { ...event, [as]: configuration }, time }
}

function observationOf(plain: unknown): Record<string, unknown> {
  const { origin = 'sdk', ...rest } = fields(plain, 'options', { revision: 'name', origin: 'name' })
  if (origin !== 'sdk' && origin !== 'ci') throw new InvalidField('options.origin')
  return { origin, ...rest }
}

function changeOf(plain: unknown): Record<string, unknown> {
  const { risk, changeTypes, title, ...rest } = fields(plain, 'change', {
    title: 'text!',
    changeTypes: 'any!',
    intent: 'text',
    changeClass: 'text',
    origin: 'text',
    revision: 'name',
    risk: 'any',
    // Its configuration comes apart.
    after: 'any',
  })
  choose(rest, ['intent', 'changeClass', 'origin'])
  return {
    origin: 'api',
    ...rest,
    title: titleOf(title as string),
    changeTypes: typesOf(changeTypes),
    ...(risk === undefined ? {} : { risk: riskOf(risk) }),
  }
}

function titleOf(title: string): string {
  const trimmed = title.trim()
  if (trimmed === '' || trimmed.length > 200 || !writable.test(trimmed)) throw new InvalidField('change.title')
  return trimmed
}

function typesOf(types: unknown): string[] {
  if (!Array.isArray(types) || types.length < 1 || types.length > 12) throw new InvalidField('change.changeTypes')
  if (!types.every((type) => changeTypes.includes(type as string))) throw new InvalidField('change.changeTypes')
  return types as string[]
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
