import type { Row } from './row.ts'

/**
 * All benchmarks by name, in the order in which they run. `npm run bench -- verify ledger` runs those named alone; `--short` has each do a small
 * part of its work, whose figures mean nothing: to see that it runs.
 */
export const benches: Readonly<Record<string, () => Promise<{ run: () => Promise<Row[]> }>>> = {
  start: () => import('./start.ts'),
  observations: () => import('./observations.ts'),
  telemetry: () => import('./telemetry.ts'),
  ledger: () => import('./ledger.ts'),
  outbox: () => import('./outbox.ts'),
  authentication: () => import('./authentication.ts'),
  audit: () => import('./audit.ts'),
  standings: () => import('./standings.ts'),
  events: () => import('./events.ts'),
  console: () => import('./console.ts'),
  backup: () => import('./backup.ts'),
  slow: () => import('./slow-clients.ts'),
  fuzz: () => import('./fuzz.ts'),
  kills: () => import('./intake-kills.ts'),
  verify: () => import('./verify.ts'),
  'log-verify': () => import('./log-verify.ts'),
  evidence: () => import('./evidence.ts'),
  imports: () => import('./imports.ts'),
  'server-imports': () => import('./server-imports.ts'),
  sdk: () => import('./sdk.ts'),
  'sdk-states': () => import('./sdk-states.ts'),
  'sdk-outage': () => import('./sdk-outage.ts'),
}
