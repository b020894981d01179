import { calcPrice } from '@pydantic/genai-prices'
import { readFileSync } from 'node:fs'
import type { CallConfiguration } from './readings.ts'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>
}

/** Version of the list of prices that costs were reckoned with; dependencies are pinned. */
export const priceVersion: string = `genai-prices ${manifest.dependencies['@pydantic/genai-prices'] ?? 'unknown'}`

type Price = (inputTokens: number, outputTokens: number) => number | undefined

const perMillion = 1e6
/** By configuration, which is one object for as long as it comes again. */
const known = new WeakMap<CallConfiguration, Price>()

/**
 * What tokens cost in US dollars, or undefined where no price is known. Prices of caches aren't told apart here, so a cost is that of
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

/** OpenTelemetry's names of providers that the list of prices has under another. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['x_ai', 'x-ai'],
  ['azure.ai.inference', 'azure'],
  ['gcp.gen_ai', 'google'],
])

function lookUp(provider: string | undefined, model: string): Price {
  const options = provider === undefined ? {} : { providerId: otherNames.get(provider) ?? provider }
  const cost: Price = (input, output) =>
    calcPrice({ input_tokens: input, output_tokens: output }, model, options)?.total_price
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, options)
  if (found === null) return unpriced
  const { input_mtok: input, output_mtok: output } = found.model_price
  const isPlain = typeof input === 'number' && typeof output === 'number' && !Array.isArray(found.model.prices)
  // Matching a name takes 16 us; a plain price needs no more than two products afterwards.
  return isPlain ? (inTokens, outTokens) => (inTokens * input + outTokens * output) / perMillion : cost
}
