import { ForbiddenAddress } from '../../platform/outbound-addresses.ts'
import type { SiemEvent } from './siem-event.ts'

/**
 * Hands a batch over, in order. It returns once the receiver has accepted all of it; what is cut off by `stopping` comes again.
 * @throws DeliveryFailure
 */
export type Deliver = (events: readonly SiemEvent[], stopping: AbortSignal) => Promise<void>

/** Why a batch wasn't accepted, in words that hold nothing of the destination's secrets nor of what the receiver answered. */
export class DeliveryFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DeliveryFailure'
  }
}

/** Longest that one batch may take, from looking up the name to the receiver's acceptance. */
export const deliveryTimeoutMs = 10_000

/** Makes a `DeliveryFailure` of what the network or TLS said, by its code alone: messages quote addresses and answers. */
export function toDeliveryFailure(cause: unknown): DeliveryFailure {
  if (cause instanceof DeliveryFailure) return cause
  if (cause instanceof ForbiddenAddress) return new DeliveryFailure(cause.message, { cause })
  if (cause instanceof Error && (cause.name === 'AbortError' || cause.name === 'TimeoutError')) {
    return new DeliveryFailure(`no acceptance within ${deliveryTimeoutMs / 1000} s`, { cause })
  }
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause
  const code = inner instanceof Error && 'code' in inner && typeof inner.code === 'string' ? inner.code : 'unknown'
  return new DeliveryFailure(`the connection failed (${/^[A-Z0-9_]{1,64}$/.test(code) ? code : 'unknown'})`, { cause })
}
