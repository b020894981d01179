import { platformOfProvider, unknownPlatform } from './platforms.ts'
import { resolve } from './resolve.ts'
import { says, type AskedFor } from './sayings.ts'

/**
 * A key of what is asked for, alike for two ways to ask for the same: in another case, with or without the vendor's or the provider's name before it, a
 * date in another spelling. What one of two names leaves open keeps them apart, and so does the region.
 */
export function askedKey({ provider, requestedModel }: AskedFor): string {
  const platform = provider === '' ? unknownPlatform : platformOfProvider(provider)
  // A provider that isn't known is its own name.
  const by = platform === unknownPlatform ? provider.trim().toLowerCase() : platform
  const read = resolve(requestedModel, provider === '' ? unknownPlatform : provider)
  const said = says(read, requestedModel)
  const whole = said.family === null ? requestedModel.toLowerCase() : null
  const { vendor, family, open, snapshot, release } = said
  return JSON.stringify([by, said.platform, vendor, family, open, snapshot, release, read.region, whole])
}
