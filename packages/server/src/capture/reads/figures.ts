import type { ConditionCheck } from '@afterai/contract'
import {
  type Distribution,
  distributionTotals,
  emptyWindow,
  mergeWindow,
  quantileOf,
  type WindowAggregate,
} from '@afterai/evidence'
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

/** How each figure is made of a window. */
const figures: Readonly<Record<ConditionCheck['metric'], (window: WindowAggregate) => Figure>> = {
  error_rate: ({ errors, calls }) => rate(errors, calls),
  refusal_rate: ({ refusals, calls }) => rate(refusals, calls),
  disagreed_rate: ({ agreed, disagreed }) => rate(disagreed, agreed + disagreed),
  cost_per_request_usd: ({ costUsd }) => mean(costUsd),
  latency_mean_ms: ({ latencyMs }) => mean(latencyMs),
  latency_p95_ms: ({ latencyMs }) => ({
    value: quantileOf(latencyMs.sketch, 0.95) ?? null,
    calls: distributionTotals(latencyMs).n,
  }),
  input_tokens_mean: ({ inputTokens }) => mean(inputTokens),
  output_tokens_mean: ({ outputTokens }) => mean(outputTokens),
}

/** A figure of a window. */
export function figureOf(window: WindowAggregate, metric: ConditionCheck['metric']): Figure {
  return figures[metric](window)
}

function rate(part: number, of: number): Figure {
  return { value: of === 0 ? null : part / of, calls: of }
}

function mean(it: Distribution): Figure {
  const { n, sum } = distributionTotals(it)
  return { value: n === 0 ? null : sum / n, calls: n }
}
