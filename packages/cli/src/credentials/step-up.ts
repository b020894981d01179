import { factorsView, sessionView } from '@afterai/contract'
import { readAnswer, type StepUp } from '../api/api.ts'
import { send } from '../api/http.ts'
import type { Settings } from '../settings.ts'
import { askHidden } from '../terminal/prompt.ts'
import type { World } from '../world.ts'
import type { BearerSource } from './access-token.ts'
import { credentialStore } from './credential-store.ts'

/** Asks the person at the terminal for a code of their authenticator app, or else their password, and keeps the new session. */
export function stepUpAt(settings: Settings, { world, bearers }: { world: World; bearers: BearerSource }): StepUp {
  return async () => {
    const asked = { url: settings.url, bearer: await bearers.get() }
    const read = await send(asked, 'listFactors', {})
    const { value: factors } = readAnswer(factorsView, read.json())
    world.stderr.write('The server wants to see again that it is you.\n')
    const body =
      factors.totp === null
        ? { method: 'password' as const, password: await askHidden(world, 'Password: ') }
        : {
            method: 'totp' as const,
            code: (await askHidden(world, 'Code of your authenticator app: ')).replaceAll(/\s/g, ''),
          }
    const { value: session } = readAnswer(sessionView, (await send(asked, 'stepUp', { body })).json())
    await credentialStore(settings).update(async () => session)
    return session.accessToken
  }
}
