import {
  type Compared,
  type compareRequest,
  type Comparison,
  type Configuration,
  fingerprintOf,
  normalizeConfiguration,
  ProblemError,
} from '@afterai/contract'
import type { z } from 'zod'
import { changeTypesOf, configurationDelta, findSystem } from '../ace/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { viewRuns } from './history.ts'
import { selectRunsAt, selectRunsBetween, selectRunsOf } from './runs.ts'

type Question = z.infer<typeof compareRequest>
type Side = 'before' | 'after'

interface Place {
  readonly systemId: string
  readonly system: string
  readonly environment: string
}

/**
 * What differs between two configurations, and by which changes and records each came to run.
 * @throws ProblemError `not_found` where there is no such system or configuration, or nothing was known to run then; `invalid_request` for the future
 */
export async function compareConfigurations(
  tx: Transaction,
  tenantId: string,
  { system, environment, before, after }: Question & { readonly system: string },
): Promise<Comparison> {
  const { id: systemId } = await findSystem(tx, tenantId, system)
  const look = (side: Side, wanted: Question[Side]): Promise<Compared> => {
    const place = { systemId, system, environment: wanted.environment ?? environment }
    if (wanted.fingerprint !== undefined) return whatIsKnown(tx, tenantId, place, wanted.fingerprint)
    if (wanted.configuration !== undefined) return whatIsTold(tx, tenantId, place, wanted.configuration)
    return whatRan(tx, tenantId, place, { side, at: wanted.at === undefined ? new Date() : new Date(wanted.at) })
  }
  const [old, next] = [await look('before', before), await look('after', after)]
  const delta = configurationDelta(old.configuration, next.configuration)
  return {
    system,
    before: old,
    after: next,
    same: old.fingerprint === next.fingerprint,
    changeTypes: changeTypesOf(delta),
    delta,
  }
}

const futureToleranceMs = 5 * 60_000

async function whatRan(
  tx: Transaction,
  tenantId: string,
  place: Place,
  { side, at }: { readonly side: Side; readonly at: Date },
): Promise<Compared> {
  if (at.getTime() > Date.now() + futureToleranceMs) {
    throw new ProblemError('invalid_request', { errors: [{ pointer: `/${side}/at`, detail: 'lies in the future' }] })
  }
  const [runs] = await together(tx, [selectRunsAt(tx, tenantId, place, at)])
  const [run] = runs
  if (run === undefined) throw await nothingKnown(tx, tenantId, place, at)
  return {
    by: 'at',
    environment: place.environment,
    at: at.toISOString(),
    fingerprint: run.fingerprint,
    configuration: await readConfiguration(tx, tenantId, run.fingerprint),
    runs: await viewRuns(tx, tenantId, [{ ...run, at }]),
    moreRuns: false,
  }
}

/** Nothing was known to run then: whether anything is known to have run at all, and since when. */
async function nothingKnown(tx: Transaction, tenantId: string, place: Place, at: Date): Promise<ProblemError> {
  const { system, environment } = place
  const where = `${environment} of ${system}`
  const [[first]] = await together(tx, [
    selectRunsBetween(tx, tenantId, { ...place, from: null, to: at, before: null, limit: 1 }),
  ])
  const why =
    first === undefined
      ? 'it was not seen to run by then'
      : `what ran was told later, at ${first.known_at.toISOString()}`
  const detail = `nothing was known to run in ${where} at ${at.toISOString()}: ${why}; see: afterai history ${system} --environment ${environment}`
  return new ProblemError('not_found', { detail })
}

async function whatIsKnown(tx: Transaction, tenantId: string, place: Place, fingerprint: string): Promise<Compared> {
  const configuration = await readConfiguration(tx, tenantId, fingerprint)
  return { by: 'fingerprint', ...(await withRuns(tx, tenantId, place, { fingerprint, configuration })) }
}

async function whatIsTold(tx: Transaction, tenantId: string, place: Place, told: Configuration): Promise<Compared> {
  const configuration = normalizeConfiguration(told)
  const fingerprint = fingerprintOf(told)
  return { by: 'configuration', ...(await withRuns(tx, tenantId, place, { fingerprint, configuration })) }
}

const mostRuns = 20

async function withRuns(
  tx: Transaction,
  tenantId: string,
  { systemId, environment }: Place,
  { fingerprint, configuration }: { readonly fingerprint: string; readonly configuration: Configuration },
): Promise<Omit<Compared, 'by'>> {
  const [rows] = await together(tx, [
    selectRunsOf(tx, tenantId, { systemId, environment, fingerprint, limit: mostRuns + 1 }),
  ])
  const now = new Date()
  const shown = rows.slice(0, mostRuns).map((run) => ({ ...run, at: run.ended_at ?? now }))
  return {
    environment,
    at: null,
    fingerprint,
    configuration,
    runs: await viewRuns(tx, tenantId, shown),
    moreRuns: rows.length > mostRuns,
  }
}

async function readConfiguration(tx: Transaction, tenantId: string, fingerprint: string): Promise<Configuration> {
  const row = await tx
    .selectFrom('configuration')
    .select('content')
    .where('tenant_id', '=', tenantId)
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst()
  if (row !== undefined) return row.content
  throw new ProblemError('not_found', { detail: `no configuration has the fingerprint ${fingerprint}` })
}
