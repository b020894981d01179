import type { ConditionCheck } from '@afterai/contract'
import { distributionTotals, emptyWindow, mergeWindow, quantileOf, type WindowAggregate } from '@afterai/evidence'
import type { Transaction } from '../../platform/database.ts'
import { keptWindow } from '../kept-window.ts'

/** The hours of an environment that are looked at: those that begin from `from` to before `to`. */
export interface Hours {
  readonly systemId: string
  readonly environment: string
  readonly from: Date
  readonly to: Date
}

/** A figure of an environment over some hours. */
export interface Figure {
  /** Null where nothing tells it: no calls, or none of which it is known. */
  readonly value: number | null
  /** The calls that it is of. */
  readonly calls: number
}

/** The most windows that are merged for one figure; there are as many as hours, routes and configurations. */
const mostWindows = 5_000

/** All that telemetry tells of an environment over some hours, as one window. What metrics tell of the same calls isn't counted again. */
export async function readWindow(tx: Transaction, tenantId: string, hours: Hours): Promise<WindowAggregate> {
  const rows = await tx
    .selectFrom('telemetry_window')
    .select(['aggregate', 'packed', 'source'])
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', hours.systemId)
    .where('environment', '=', hours.environment)
    .where('hour', '>=', hours.from)
    .where('hour', '<', hours.to)
    .orderBy('hour', 'desc')
    .limit(mostWindows)
    .execute()
  const whole = emptyWindow()
  const told = rows.some(({ source }) => source === 'calls') ? 'calls' : 'metrics'
  for (const row of rows.filter(({ source }) => source === told)) mergeWindow(whole, keptWindow(row))
  return whole
}

/** A figure of a window. */
export function figureOf(window: WindowAggregate, metric: ConditionCheck['metric']): Figure {
  const { calls, errors, refusals, agreed, disagreed, latencyMs, costUsd, inputTokens, outputTokens } = window
  const rate = (part: number, of: number): Figure => ({ value: of === 0 ? null : part / of, calls: of })
  const mean = (it: WindowAggregate['latencyMs']): Figure => {
    const totals = distributionTotals(it)
    return { value: totals.n === 0 ? null : totals.sum / totals.n, calls: totals.n }
  }
  switch (metric) {
    case 'error_rate':
      return rate(errors, calls)
    case 'refusal_rate':
      return rate(refusals, calls)
    case 'disagreed_rate':
      return rate(disagreed, agreed + disagreed)
    case 'cost_per_request_usd':
      return mean(costUsd)
    case 'latency_mean_ms':
      return mean(latencyMs)
    case 'latency_p95_ms':
      return { value: quantileOf(latencyMs.sketch, 0.95) ?? null, calls: distributionTotals(latencyMs).n }
    case 'input_tokens_mean':
      return mean(inputTokens)
    case 'output_tokens_mean':
      return mean(outputTokens)
  }
}
