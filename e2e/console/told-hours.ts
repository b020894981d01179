import { addMeasurement, emptyWindow, packWindow } from '@afterai/evidence'
import type { TestServer } from '../../packages/server/testing/test-server.ts'

const hourMs = 3_600_000

/** Has hours of a system's production told, the newest first: so many calls each, of which so many failed; an hour of 0 calls told nothing. */
export async function tellHours(
  server: TestServer,
  systemId: string,
  hours: readonly { readonly calls: number; readonly errors?: number }[],
): Promise<void> {
  const hour = Math.floor(Date.now() / hourMs)
  for (const [ago, { calls, errors = 0 }] of hours.entries()) {
    if (calls === 0) continue
    const window = emptyWindow()
    for (let call = 0; call < calls; call += 1) {
      addMeasurement(window, { isCall: true, latencyMs: 200 + (call % 9) * 40, error: call < errors })
    }
    await server.owner.query(
      `insert into telemetry_window (tenant_id, system_id, environment, fingerprint, route, source, hour, packed)
       values ($1, $2, 'production', 'none', 'answer', 'calls', $3, $4)`,
      [server.admin.tenant.id, systemId, new Date((hour - ago) * hourMs), packWindow(window)],
    )
  }
}
