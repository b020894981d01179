import { SpanRecords } from './nesting/span-records.ts'
import {
  futureToleranceMs,
  lateToleranceMs,
  type LoneStep,
  type Reading,
  type RejectionReason,
  type Rejections,
  type Remark,
} from './readings.ts'

/** Readings of one body, with its spans and its rejections. */
export class Readings {
  readonly list: Reading[] = []
  readonly spans = new SpanRecords()
  readonly #nowMs: number
  /** Where the spans of steps lie that tell tokens, -1 for those without ids, and whose they are. */
  readonly #steps: { readonly span: number; readonly system: string }[] = []
  readonly #stepPoints: string[] = []
  readonly #alone: LoneStep[] = []
  readonly #rejections: { [K in RejectionReason | Remark]?: number } = {}

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  get nowMs(): number {
    return this.#nowMs
  }

  get rejections(): Rejections {
    return this.#rejections
  }

  /** Steps that tell tokens and came without a request of theirs, which may have come before. */
  get loneSteps(): readonly LoneStep[] {
    return this.#alone
  }

  /** Takes a reading, unless its time forbids it. @returns whether it was taken */
  add(reading: Reading): boolean {
    if (reading.atMs > this.#nowMs + futureToleranceMs) this.reject('future')
    else if (reading.atMs < this.#nowMs - lateToleranceMs) this.reject('late')
    else return this.list.push(reading) > 0
    return false
  }

  /** Counts things that can't be taken. */
  reject(reason: RejectionReason, count = 1): void {
    this.#count(reason, count)
  }

  /** Counts things of which something isn't kept. */
  remark(what: Remark, count = 1): void {
    this.#count(what, count)
  }

  /** Notes a span that tells tokens and is no request: what it tells counts only by the requests within it. */
  step(span: number, system: string): void {
    this.#steps.push({ span, system })
  }

  /** Notes a point with the tokens of a step. */
  stepPoint(system: string): void {
    this.#stepPoints.push(system)
  }

  /** Finds, at the end of a body, the steps that came without a request: in their trace, or to a metric's points. */
  findLoneSteps(): void {
    if (this.#steps.length > 0) {
      const traces = this.spans.tracesOfRequests()
      const asking = new Set(this.list.flatMap((it) => (it.kind === 'call' ? [it.system] : [])))
      for (const { span, system } of this.#steps) {
        const isAlone = span < 0 ? !asking.has(system) : !traces.has(this.spans.traceOf(span))
        if (isAlone) this.#alone.push({ remark: 'step', system })
      }
    }
    if (this.list.some(isTokens)) return
    for (const system of this.#stepPoints) this.#alone.push({ remark: 'stepPoint', system })
  }

  #count(reason: RejectionReason | Remark, count: number): void {
    if (count > 0) this.#rejections[reason] = (this.#rejections[reason] ?? 0) + count
  }
}

function isTokens(it: Reading): boolean {
  return (it.kind === 'summary' || it.kind === 'running') && it.quantity !== 'latencyMs'
}
