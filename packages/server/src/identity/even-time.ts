import { setTimeout as sleep } from 'node:timers/promises'

const stepMs = 250

/**
 * Waits until the next multiple of a quarter second since `startedAtMs`. What is refused after that took the same time, whether it
 * was an unknown address or a wrong password with its audit event (ASVS 6.3.8).
 */
export async function evenTime(startedAtMs: number): Promise<void> {
  const elapsedMs = performance.now() - startedAtMs
  await sleep(stepMs - (elapsedMs % stepMs))
}
