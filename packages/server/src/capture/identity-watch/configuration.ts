import { type Configuration, configuration } from '@afterai/contract'
import type { CallConfiguration } from '../readings.ts'

/** A setting of a route that is watched by itself, so that one that varies doesn't hide the others. */
export const facets = ['model', 'inference', 'prompts', 'tools'] as const
export type Facet = (typeof facets)[number]

/** The name of a model that nobody named. */
export const unspecifiedModel = 'unspecified'

/** The value of each facet that a call shows. What it doesn't show says nothing. */
export function facetValues(of: CallConfiguration): Partial<Record<Facet, string>> {
  const { provider, requestedModel, inference, prompt, tools } = of
  return {
    ...(requestedModel === undefined ? {} : { model: `${provider ?? ''} ${requestedModel}` }),
    ...(inference === undefined ? {} : { inference: JSON.stringify(inference) }),
    ...(prompt === undefined ? {} : { prompts: prompt }),
    ...(tools === undefined ? {} : { tools }),
  }
}

/** A call's configuration without the facets that vary, and without what the provider decides. */
export function derivedConfiguration(of: CallConfiguration, without: ReadonlySet<string>): Configuration {
  const { provider, requestedModel, inference, prompt, tools } = of
  const named = requestedModel !== undefined && !without.has('model')
  return configuration.parse({
    model: {
      ...(provider === undefined ? {} : { provider }),
      name: named ? requestedModel : unspecifiedModel,
    },
    prompts: prompt === undefined || without.has('prompts') ? [] : [{ name: 'system', digest: prompt }],
    inference: inference === undefined || without.has('inference') ? {} : inference,
    tools: tools === undefined || without.has('tools') ? [] : [{ name: 'all', digest: tools }],
  })
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
