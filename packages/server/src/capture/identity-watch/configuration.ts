import { type Configuration, configuration } from '@afterai/contract'
import type { CallConfiguration, VersionedName } from '../readings.ts'

/** A setting of a route that is watched by itself, so that one that varies doesn't hide the others. */
export const facets = ['model', 'inference', 'prompts', 'tools', 'agent', 'promptTemplates', 'flags'] as const
/** One of the settings that are watched by themselves. */
export type Facet = (typeof facets)[number]

/** The name of a model that nobody named. */
export const unspecifiedModel = 'unspecified'

/** The value of each facet that a call shows. What it doesn't show says nothing. */
export function facetValues(of: CallConfiguration): Partial<Record<Facet, string>> {
  const { provider, requestedModel, inference, prompt, tools, agent, promptTemplate, flag } = of
  return {
    ...(requestedModel === undefined ? {} : { model: `${provider ?? ''} ${requestedModel}` }),
    ...(inference === undefined ? {} : { inference: JSON.stringify(inference) }),
    ...(prompt === undefined ? {} : { prompts: prompt }),
    ...(tools === undefined ? {} : { tools }),
    ...(agent === undefined ? {} : { agent: valueOf(agent) }),
    ...(promptTemplate === undefined ? {} : { promptTemplates: valueOf(promptTemplate) }),
    ...(flag === undefined ? {} : { flags: `${valueOf(flag)} ${flag.variant ?? ''}` }),
  }
}

/** Facets whose values begin with a name: of a thing that is known by it, another version is told at once, and nothing has to be learned first. */
export const versionedFacets: ReadonlySet<Facet> = new Set<Facet>(['agent', 'promptTemplates', 'flags'])

/** The name in a value of such a facet, with the space that ends it. */
export function namePart(value: string): string {
  return value.slice(0, value.indexOf(' ') + 1)
}

function valueOf({ name = '', version = '' }: VersionedName): string {
  return `${name} ${version}`
}

/** A call's configuration without the facets that vary, and without what the provider decides. */
export function derivedConfiguration(of: CallConfiguration, without: ReadonlySet<string>): Configuration {
  const { provider, requestedModel, inference, tools, agent, flag } = of
  const named = requestedModel !== undefined && !without.has('model')
  return configuration.parse({
    model: {
      ...(provider === undefined ? {} : { provider }),
      name: named ? requestedModel : unspecifiedModel,
    },
    prompts: promptsOf(of, without),
    inference: inference === undefined || without.has('inference') ? {} : inference,
    tools: tools === undefined || without.has('tools') ? [] : [{ name: 'all', digest: tools }],
    ...(agent === undefined || without.has('agent') ? {} : { agent }),
    ...(flag?.name === undefined || without.has('flags') ? {} : { flags: [flag] }),
  })
}

/**
 * What a route runs with now that a call showed some of it: what the call doesn't show is as it was, and what varies by request is in
 * neither.
 */
export function shownNext(before: Configuration, of: CallConfiguration, varying: ReadonlySet<string>): Configuration {
  const after = derivedConfiguration(of, varying)
  const shown = facetValues(of)
  const isOf = (facet: Facet) => (shown[facet] === undefined ? before : after)
  const { agent } = isOf('agent')
  const { flags } = isOf('flags')
  const whole = {
    model: isOf('model').model,
    inference: isOf('inference').inference,
    tools: isOf('tools').tools,
    prompts: [
      ...isOf('prompts').prompts.filter(({ digest }) => digest !== undefined),
      ...isOf('promptTemplates').prompts.filter(({ digest }) => digest === undefined),
    ],
    ...(agent === undefined ? {} : { agent }),
    ...(flags === undefined ? {} : { flags }),
  }
  return withoutVarying(whole, varying)
}

/** A configuration without what varies by request. */
export function withoutVarying(configuration: Configuration, varying: ReadonlySet<string>): Configuration {
  const { model, inference, prompts, tools, agent, flags } = configuration
  return {
    model: varying.has('model') ? { ...model, name: unspecifiedModel } : model,
    inference: varying.has('inference') ? {} : inference,
    prompts: prompts.filter(({ digest }) => !varying.has(digest === undefined ? 'promptTemplates' : 'prompts')),
    tools: varying.has('tools') ? [] : tools,
    ...(agent === undefined || varying.has('agent') ? {} : { agent }),
    ...(flags === undefined || varying.has('flags') ? {} : { flags }),
  }
}

const systemPrompt = 'system'

/** The system prompt by its digest, and the template that a prompt was made of by its version. */
function promptsOf({ prompt, promptTemplate }: CallConfiguration, without: ReadonlySet<string>): object[] {
  const isPrompt = prompt !== undefined && !without.has('prompts')
  const isTemplate = promptTemplate !== undefined && !without.has('promptTemplates')
  const { name = 'template', version } = promptTemplate ?? {}
  return [
    ...(isPrompt ? [{ name: systemPrompt, digest: prompt }] : []),
    ...(isTemplate ? [{ name: name === systemPrompt ? `${name}:template` : name, version }] : []),
  ]
}

/** Makes a configuration of what was served for a model, by which two identities can be compared. */
export function servedConfiguration(
  asked: { readonly provider: string; readonly requestedModel: string },
  served: { readonly servedName: string; readonly systemFingerprint: string },
): Configuration {
  return configuration.parse({
    model: {
      ...(asked.provider === '' ? {} : { provider: asked.provider }),
      name: asked.requestedModel,
      servedName: served.servedName,
      ...(served.systemFingerprint === '' ? {} : { systemFingerprint: served.systemFingerprint }),
    },
  })
}
