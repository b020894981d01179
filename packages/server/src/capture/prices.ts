import { resolve } from '@afterai/models'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Prices from '@pydantic/genai-prices'
import type { CallConfiguration } from './readings.ts'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>
}

/** Version of the list of prices that costs were reckoned with; dependencies are pinned. */
export const priceVersion: string = `genai-prices ${manifest.dependencies['@pydantic/genai-prices'] ?? 'unknown'}`

// Loaded with the first request that is priced: an instance that gets no telemetry needs no list of prices.
const require = createRequire(import.meta.url)
let loaded: typeof Prices | undefined

function priceList(): typeof Prices {
  return (loaded ??= require('@pydantic/genai-prices') as typeof Prices)
}

type Price = (inputTokens: number, outputTokens: number) => number | undefined

const perMillion = 1e6
/** By configuration, which is one object for as long as it comes again. */
const known = new WeakMap<CallConfiguration, Price>()

/**
 * Computes the cost of tokens in US dollars, or undefined where no price is known. Prices of caches aren't distinguished here, so a cost is that of
 * tokens at their full price.
 */
export function priceOf(
  configuration: CallConfiguration,
  inputTokens: number,
  outputTokens: number,
): number | undefined {
  let price = known.get(configuration)
  if (price === undefined) {
    const { provider, servedModel, requestedModel } = configuration
    const model = servedModel ?? requestedModel
    price = model === undefined ? unpriced : lookUp(provider, model)
    known.set(configuration, price)
  }
  return price(inputTokens, outputTokens)
}

const unpriced: Price = () => undefined

/** Platforms that the list of prices has under another name. Where people serve by themselves, nothing is listed. */
const listNames: ReadonlyMap<string, string> = new Map([
  ['bedrock', 'aws'],
  ['vertex', 'google'],
  ['xai', 'x-ai'],
])

/** OpenTelemetry's names of providers that the list of prices doesn't know. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['x_ai', 'x-ai'],
  ['azure.ai.inference', 'azure'],
  ['gcp.gen_ai', 'google'],
])

function lookUp(provider: string | undefined, model: string): Price {
  return (
    priceAt(provider === undefined ? undefined : (otherNames.get(provider) ?? provider), model) ??
    resolved(provider, model)
  )
}

// The name without what routers and platforms add to it, at the platform that it says.
function resolved(provider: string | undefined, model: string): Price {
  const said = resolve(model, provider)
  if (said.platform === 'unknown') return unpriced
  const platform = listNames.get(said.platform) ?? said.platform
  const named = said.kind === 'fine_tune' ? said.name : said.model
  const unprefixed = model.includes('/') ? model.slice(model.indexOf('/') + 1) : null
  for (const name of [named, unprefixed]) {
    const price = name === null ? undefined : priceAt(platform, name)
    if (price !== undefined) return price
  }
  return unpriced
}

function priceAt(providerId: string | undefined, model: string): Price | undefined {
  const { calcPrice } = priceList()
  const options = providerId === undefined ? {} : { providerId }
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, options)
  // What somebody trained costs more than what it was made from: its own price, or none.
  if (found === null || (resolve(model).kind === 'fine_tune' && !found.model.id.startsWith('ft:'))) return undefined
  const { input_mtok: input, output_mtok: output } = found.model_price
  const isPlain = typeof input === 'number' && typeof output === 'number' && !Array.isArray(found.model.prices)
  // Matching a name takes 16 us; a plain price needs no more than two products afterwards.
  if (isPlain) return (inTokens, outTokens) => (inTokens * input + outTokens * output) / perMillion
  return (inTokens, outTokens) =>
    calcPrice({ input_tokens: inTokens, output_tokens: outTokens }, model, options)?.total_price
}
