import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@afterai/testing'
import type { AfterAIOptions } from '../src/index.ts'
import { selfSigned } from './self-signed.ts'
import { startStandIn, type StandInOptions, type StandInServer } from './stand-in-server.ts'

/** A place to send to, and the server there, if there is one. */
export interface Place {
  readonly options: Partial<AfterAIOptions>
  readonly server?: StandInServer
  /** Something that happens while the host works. */
  readonly midway?: () => Promise<StandInServer>
}

const at = (server: StandInServer): Place => ({ options: { endpoint: server.origin }, server })

/** Every state in which a host may meet the server. */
export const places: Readonly<Record<string, (options?: StandInOptions) => Promise<Place>>> = {
  healthy: async (options) => at(await startStandIn(options)),
  'answering 500': async () => at(await startStandIn({ state: 'error' })),
  'refusing connections': async () => ({ options: { endpoint: `http://127.0.0.1:${await freePort()}` } }),
  'a black hole': async () => at(await startStandIn({ state: 'black_hole' })),
  'slow by 10 s': async () => at(await startStandIn({ state: 'slow' })),
  'not in the DNS': async () => ({ options: { endpoint: 'http://afterai.invalid', allowPlainHttp: true } }),
  'of a certificate that nobody trusts': async () => at(await startStandIn({ tls: selfSigned() })),
  'restarting midway': async (options) => {
    const server = await startStandIn(options)
    return {
      ...at(server),
      async midway() {
        await sleep(150)
        await server.close()
        await sleep(150)
        return startStandIn({ ...options, port: server.port, database: server })
      },
    }
  },
}
