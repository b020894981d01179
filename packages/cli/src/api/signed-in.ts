import { bearerSource } from '../credentials/access-token.ts'
import { stepUpAt } from '../credentials/step-up.ts'
import type { Settings } from '../settings.ts'
import { isInteractive, type World } from '../world.ts'
import { createApi, type Api } from './api.ts'

/** The API as whoever the settings say, who is asked to prove it again where a person can be asked. */
export function apiAs(settings: Settings, world: World): Api {
  const bearers = bearerSource(settings)
  const canAsk = settings.apiKey === undefined && isInteractive(world)
  return createApi(settings.url, bearers, canAsk ? stepUpAt(settings, { world, bearers }) : undefined)
}
