import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import { guardedLookup, type OutboundPolicy, refuseHost } from '../../platform/outbound-addresses.ts'
import { type Deliver, DeliveryFailure, deliveryTimeoutMs, toDeliveryFailure } from './delivery.ts'
import { frame, toSyslogMessage } from './syslog-message.ts'

/** Where syslog goes to. */
export interface SyslogDestination {
  readonly kind: 'syslog'
  readonly host: string
  readonly port: number
  readonly transport: 'tls' | 'tcp'
  readonly certificates?: string | undefined
}

/**
 * Sends a batch over a connection of its own and closes its half. Syslog has no acknowledgement, but a receiver closes the other
 * half only when it has read to the end: that is taken for acceptance. A receiver that dies with bytes unread resets the connection.
 */
export function syslogDelivery(destination: SyslogDestination, policy: OutboundPolicy): Deliver {
  return async (events, stopping) => {
    const bytes = Buffer.from(events.map((event) => frame(toSyslogMessage(event, hostname()))).join(''))
    try {
      refuseHost(policy, destination.host)
      const isOpen = destination.transport === 'tls' ? 'secureConnect' : 'connect'
      await sendToTheEnd(open(destination, policy), bytes, { isOpen, stopping })
    } catch (error) {
      throw toDeliveryFailure(error)
    }
  }
}

function open({ host, port, transport, certificates }: SyslogDestination, policy: OutboundPolicy): Socket {
  const to = { host, port, lookup: guardedLookup(policy) }
  if (transport === 'tcp') return connect(to)
  return connectTls({
    ...to,
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(certificates === undefined ? {} : { ca: certificates }),
  })
}

async function sendToTheEnd(
  socket: Socket,
  bytes: Buffer,
  { isOpen, stopping }: { isOpen: 'connect' | 'secureConnect'; stopping: AbortSignal },
): Promise<void> {
  const signal = AbortSignal.any([AbortSignal.timeout(deliveryTimeoutMs), stopping])
  const late = (): void =>
    void socket.destroy(new DeliveryFailure(`no acceptance within ${deliveryTimeoutMs / 1000} s`))
  signal.addEventListener('abort', late, { once: true })
  try {
    socket.once(isOpen, () => socket.end(bytes))
    // What a receiver says is of no interest; that it ends is.
    socket.resume()
    await once(socket, 'end')
    if (!socket.writableFinished) throw new DeliveryFailure('the receiver closed the connection before the end')
  } finally {
    signal.removeEventListener('abort', late)
    socket.on('error', () => undefined)
    socket.destroy()
  }
}
