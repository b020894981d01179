import type { SpanFrame } from '../call.ts'
import type { Gate } from '../gate/gate.ts'
import { type Facts, slots } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import type { CallReading, Reading } from '../readings.ts'

/** Adds a request, and tells what of it can't be kept. @returns whether it was taken */
export function addCall(
  call: CallReading,
  frame: Pick<SpanFrame, 'startMs' | 'endMs'> & { readonly isEvent?: true },
  { facts, from, readings }: { readonly facts: Facts; readonly from: Facts; readonly readings: Readings },
): boolean {
  if (Number.isNaN(frame.startMs + frame.endMs)) {
    readings.reject('time')
    return false
  }
  if (!addPlaced(call, facts, from, readings)) return false
  const { latencyMs, inputTokens, outputTokens } = call.measurement
  const isTimed = frame.endMs > 0 && (frame.startMs > 0 || frame.isEvent === true)
  if (!isTimed) readings.remark('untimed')
  else if (latencyMs === undefined && frame.startMs > 0) readings.remark('duration')
  const isLost = (kept: number | undefined, slot: number): boolean => kept === undefined && facts.at(slot) !== undefined
  if (isLost(inputTokens, slots.inputTokens) || isLost(outputTokens, slots.outputTokens)) readings.remark('tokens')
  else if (isTotalAlone(facts, inputTokens, outputTokens)) readings.remark('totalTokens')
  if (facts.unread > 0 && models.some((slot) => facts.isUnread(slot))) readings.remark('model')
  return true
}

/** Whether tokens are told of which it isn't known whether they went in or came out. */
function isTotalAlone(facts: Facts, input: number | undefined, output: number | undefined): boolean {
  const total = facts.at(slots.totalTokens)
  if (total === undefined || (input !== undefined && output !== undefined)) return false
  return typeof total !== 'number' ? (input ?? output) === undefined : total > (input ?? output ?? 0)
}

const models = [slots.requestedModel, slots.servedModel, slots.eitherModel]
const routes = [slots.afteraiRoute, slots.agentName, slots.functionId, slots.httpRoute]

/** Adds a reading, unless what tells its system or its environment can't be read: it would count as another's. @returns whether it was taken */
export function addPlaced(reading: Reading, facts: Facts, from: Facts, readings: Readings): boolean {
  if (facts.unread + from.unread === 0) return readings.add(reading)
  if (from.isUnread(slots.serviceName)) readings.reject('service')
  else if (isUnreadEnvironment(facts, from)) readings.reject('environment')
  else if (readings.add(reading)) {
    if (isUnreadRoute(facts, from)) readings.remark('route')
    return true
  }
  return false
}

// The first that is told counts: OpenTelemetry's name goes before others, and the thing's own before that of its resource.
function isUnreadEnvironment(facts: Facts, from: Facts): boolean {
  const { environment, otherEnvironment, stage } = slots
  const own = [facts.at(environment), from.at(environment)]
  const told = [...own, from.at(otherEnvironment), facts.at(otherEnvironment), from.at(stage)]
  return told.find((it) => it !== undefined) === false
}

/** Whether a route that would have gone before the one that counts couldn't be read. */
function isUnreadRoute(facts: Facts, from: Facts): boolean {
  const first = routes.map((slot) => facts.at(slot)).find((it) => it !== undefined) ?? from.at(slots.afteraiRoute)
  return first === false
}

/**
 * Counts what a span tells of tokens that isn't a request: an agent's turn, a step. One that looks like a request to a model in a vocabulary that
 * isn't known can't be taken.
 */
export function tellUncounted(
  facts: Facts,
  { span, system }: { readonly span: number; readonly system: string },
  gate: Gate,
  readings: Readings,
): void {
  if (kinds.some((slot) => facts.text(slot) !== undefined)) {
    if (!tokens.some((slot) => facts.at(slot) !== undefined)) return
    gate.drops.field('span.tokens')
    readings.step(span, system)
  } else if (signs.some((slot) => facts.at(slot) !== undefined)) readings.reject('operation')
}

const kinds = [slots.aiOperation, slots.operation, slots.spanKind, slots.observationType]
const tokens = [slots.inputTokens, slots.outputTokens, slots.totalTokens]
const signs = [...models, ...tokens]
