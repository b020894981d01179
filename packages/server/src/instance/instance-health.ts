import { type Health, healthView, mayRole } from '@afterai/contract'
import { callerOf } from '../access/index.ts'
import { unaudited } from '../audit/index.ts'
import { type LogAlarms, readLogLoad, readOutboxLoad, stoppedLogs } from '../ledger/index.ts'
import { readStreamLoad } from '../notify/siem/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { release } from '../platform/release.ts'

/** Dependencies of telling how the server does its work. */
export interface InstanceHealthDependencies {
  readonly db: Database
  readonly alarms: LogAlarms
  readonly configuration: Configuration
  readonly sendsMail: boolean
}

/**
 * `GET /v1/health`: what no other route tells an administrator. A tenant's is of its own log alone, so that no tenant sees from it what
 * another does; all logs together are for the operators' tenant.
 */
export function instanceHealthRoutes(http: Http, deps: InstanceHealthDependencies): void {
  const startedAt = new Date().toISOString()
  const limits = limitsOf(deps.configuration)
  http.get(
    '/v1/health',
    {
      config: { permission: 'health:read', audits: unaudited.namesOnly },
      schema: { response: { 200: healthView } },
    },
    async (request): Promise<Health> => {
      const { tenantId, tenantKind, role } = callerOf(request).principal
      const { entries, oldestSeconds, size, signedAt } = await readLogLoad(deps.db, tenantId)
      return {
        release,
        startedAt,
        log: {
          size,
          signedAt: signedAt?.toISOString() ?? null,
          waiting: entries,
          oldestSeconds,
          stopped: deps.alarms.of(tenantId)?.code ?? null,
        },
        limits,
        sendsMail: deps.sendsMail,
        instance: mayRole(role, tenantKind, 'tenant:operate') ? await ofInstance(deps) : null,
      }
    },
  )
}

async function ofInstance({ db, alarms }: InstanceHealthDependencies): Promise<Health['instance']> {
  const [outbox, { streams, lagEntries }] = await Promise.all([readOutboxLoad(db), readStreamLoad(db)])
  const stopped = Object.values(stoppedLogs(alarms)).reduce((sum, logs) => sum + logs, 0)
  const { entries: waiting, oldestSeconds } = outbox
  return { waiting, oldestSeconds, stoppedLogs: stopped, streams, streamLag: lagEntries }
}

function limitsOf(configuration: Configuration): Health['limits'] {
  const { rateReads, rateWrites, rateHeavy, rateTelemetry, importMaxMib, sessionIdleMinutes, sessionMaxHours } =
    configuration
  return {
    reads: rateReads,
    writes: rateWrites,
    heavy: rateHeavy,
    telemetry: rateTelemetry,
    importMaxMib,
    sessionIdleMinutes,
    sessionMaxHours,
  }
}
