import { startSequencer, startWaiting } from '../packages/server/src/ledger/index.ts'
import type { TestLedger } from '../packages/server/testing/test-ledger.ts'
import type { AdminConnection } from '@afterai/embedded-postgres'

/** Callers of a log at work. */
export interface Callers {
  /** How long each entry took that is acknowledged by now, in the order of the acknowledgements. */
  readonly latenciesMs: readonly number[]
  /** Ends after the entries under way. Throws what one of them failed by. */
  stop(): Promise<void>
}

/** So many callers: each appends one entry in a transaction of its own, waits until it is in the log, and begins again. */
export function startCallers(ledger: TestLedger, login: AdminConnection, count: number): Callers {
  const sequencer = startSequencer(ledger)
  const waiting = startWaiting({ db: ledger.db, connection: login, log: ledger.log })
  const latenciesMs: number[] = []
  const over = new AbortController()
  const call = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const begun = performance.now()
      const [entryId = ''] = await ledger.write(1)
      sequencer.hurry()
      const index = await waiting.untilIntegrated(ledger.tenantId, entryId, 10_000)
      if (index === undefined) throw new Error('an entry was not integrated within 10 s')
      latenciesMs.push(performance.now() - begun)
    }
  }
  const calls = Promise.all(Array.from({ length: count }, call))
  return {
    latenciesMs,
    async stop() {
      over.abort()
      await calls
      await waiting.stop()
      await sequencer.stop()
    },
  }
}
