import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AnsweredRequest } from '../access-log.ts'
import type { JobRun } from '../jobs.ts'

/** How much of something there is when it is asked. */
export interface Load {
  readonly running: number
  readonly waiting: number
}

/** Figures of the database across all tenants: its outbox, and its audit streams. */
export interface StoredState {
  readonly outboxEntries: number
  readonly outboxOldestSeconds: number
  readonly streams: Readonly<Record<'sending' | 'failing' | 'paused', number>>
  readonly streamLagEntries: number
}

/** Sources that are asked whenever somebody reads the metrics. */
export interface MetricSources {
  readonly connections: () => { readonly used: number; readonly idle: number; readonly waiting: number }
  readonly passwordChecks: () => Load
  readonly stored: () => Promise<StoredState>
  /** Logs that this process signs nothing more for, by reason. */
  readonly stoppedLogs: () => Readonly<Record<'log_tampered' | 'log_went_back', number>>
}

/** Told of what happens. */
export interface Metrics {
  readonly registry: Registry
  readonly onAnswer: (answered: AnsweredRequest) => void
  readonly onLedgerBatch: (batch: { entries: number; durationMs: number }) => void
  readonly onVerified: (progress: { entries: number; passed?: unknown }) => void
  readonly onJobRun: (run: JobRun) => void
  /** Shows jobs that have not run yet. */
  readonly expectJobs: (names: readonly string[]) => void
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * The server's metrics. Labels have few values, known beforehand: patterns of routes, classes of status, states. Never an id, a name
 * or an address.
 */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'afterai_http_request_duration_seconds',
    help: 'Time from the arrival of a request’s headers to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const batchEntries = new Histogram({
    name: 'afterai_ledger_batch_entries',
    help: 'Entries that were integrated into a log at once.',
    buckets: [1, 4, 16, 64, 256],
    registers: [registry],
  })
  const batchDuration = new Histogram({
    name: 'afterai_ledger_batch_duration_seconds',
    help: 'Time that a batch took, from taking it off the queue to its commit.',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  })
  const verified = new Counter({
    name: 'afterai_ledger_verified_entries_total',
    help: 'Entries that this process recomputed in the background since it started.',
    registers: [registry],
  })
  const passedAt = new Gauge({
    name: 'afterai_ledger_verification_passed_timestamp_seconds',
    help: 'When this process last came to the end of verifying every log from its first entry; 0 before that.',
    registers: [registry],
  })
  const jobs = new Histogram({
    name: 'afterai_job_seconds',
    help: 'Time that a run of a job of this process took.',
    labelNames: ['job', 'outcome'],
    buckets: [0.01, 0.1, 1, 10, 60],
    registers: [registry],
  })
  addStoppedLogs(registry, sources)
  addProcessGauges(registry, sources)
  addStoredGauges(registry, sources)
  return {
    registry,
    onAnswer({ method, route, status, durationMs }) {
      const labels = {
        method: methods.includes(method) ? method : 'other',
        route,
        status: `${Math.floor(status / 100)}xx`,
      }
      requests.observe(labels, durationMs / 1000)
    },
    onLedgerBatch({ entries, durationMs }) {
      batchEntries.observe(entries)
      batchDuration.observe(durationMs / 1000)
    },
    expectJobs(names) {
      for (const job of names) for (const outcome of ['done', 'failed']) jobs.zero({ job, outcome })
    },
    onJobRun: ({ job, outcome, durationMs }) => jobs.observe({ job, outcome }, durationMs / 1000),
    onVerified({ entries, passed }) {
      verified.inc(entries)
      if (passed !== undefined) passedAt.setToCurrentTime()
    },
  }
}

function addStoppedLogs(registry: Registry, { stoppedLogs }: MetricSources): void {
  const stopped = new Gauge({
    name: 'afterai_ledger_stopped_logs',
    help: 'Logs that this process signs nothing more for: changed behind it, or gone back.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      for (const [reason, count] of Object.entries(stoppedLogs())) stopped.set({ reason }, count)
    },
  })
}

function addProcessGauges(registry: Registry, { connections, passwordChecks }: MetricSources): void {
  const pool = new Gauge({
    name: 'afterai_database_connections',
    help: 'Connections of this process to the database.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { used, idle } = connections()
      pool.set({ state: 'used' }, used)
      pool.set({ state: 'idle' }, idle)
    },
  })
  const waiting = new Gauge({
    name: 'afterai_database_waiting',
    help: 'Transactions of this process that wait for a connection.',
    registers: [registry],
    collect() {
      waiting.set(connections().waiting)
    },
  })
  const passwords = new Gauge({
    name: 'afterai_password_checks',
    help: 'Passwords that are being hashed or checked, and that wait for it.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const load = passwordChecks()
      passwords.set({ state: 'running' }, load.running)
      passwords.set({ state: 'waiting' }, load.waiting)
    },
  })
}

/** One look at the database for all of them. While it doesn't answer they are absent, and the failure is counted. */
function addStoredGauges(registry: Registry, { stored }: MetricSources): void {
  const failures = new Counter({
    name: 'afterai_metrics_database_failures_total',
    help: 'Times that the database did not answer when the metrics were read.',
    registers: [registry],
    collect: async () => void (await look()),
  })
  let underWay: Promise<StoredState | undefined> | undefined
  // All that are collected at once share it.
  const look = (): Promise<StoredState | undefined> =>
    (underWay ??= stored()
      .catch(() => {
        failures.inc()
        return undefined
      })
      .finally(() => (underWay = undefined)))
  const add = (name: string, help: string, valueOf: (state: StoredState) => number): void => {
    const gauge = new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const state = await look()
        if (state === undefined) gauge.remove()
        else gauge.set(valueOf(state))
      },
    })
  }
  add('afterai_ledger_outbox_entries', 'Entries that wait to be integrated, of all tenants.', (it) => it.outboxEntries)
  add('afterai_ledger_outbox_oldest_seconds', 'How long the oldest of them has waited.', (it) => it.outboxOldestSeconds)
  add(
    'afterai_audit_stream_lag_entries',
    'How many entries of its log the audit stream that is furthest behind, and isn’t paused, has not been past.',
    (it) => it.streamLagEntries,
  )
  const streams = new Gauge({
    name: 'afterai_audit_streams',
    help: 'Audit streams by their state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      streams.reset()
      for (const [state, count] of Object.entries((await look())?.streams ?? {})) streams.set({ state }, count)
    },
  })
}
