import type { SiemEvent } from './siem-event.ts'

/** Log audit (RFC 5424 §6.2.1, table 1). */
const facility = 13
const severities = { allowed: 6, denied: 4, failed: 4 } as const
const byteOrderMark = '\uFEFF'
/** The private enterprise number is the one that RFC 5612 sets aside for documentation: AfterAI has none of its own. */
const structuredDataId = 'afterai@32473'

/** An event as an RFC 5424 message: structured data to filter by, and the whole event as JSON, which begins with a byte order mark (§6.4). */
export function toSyslogMessage(event: SiemEvent, host: string): string {
  const priority = facility * 8 + severities[event.outcome]
  const header = [
    `<${priority}>1`,
    event.occurredAt,
    headerField(host, 255),
    'afterai',
    '-',
    headerField(event.action, 32),
  ].join(' ')
  return `${header} ${structuredData(event)} ${byteOrderMark}${toOneLine(JSON.stringify(event))}`
}

/** Octet counting (RFC 6587 §3.4.1, RFC 5425 §4.3): the message's length in bytes, a space, the message. */
export function frame(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`
}

function structuredData({
  id,
  logIndex,
  tenantId,
  outcome,
  actorId,
  credential,
  requestId,
  resource,
}: SiemEvent): string {
  const parameters = { id, logIndex: String(logIndex), tenantId, outcome, actorId, credential, requestId, resource }
  const written = Object.entries(parameters).flatMap(([name, value]) =>
    value === null ? [] : [` ${name}="${escapeValue(value)}"`],
  )
  return `[${structuredDataId}${written.join('')}]`
}

// §6.3.3: a quote, a backslash and a closing bracket are escaped. Line breaks and other controls would end the line in many a receiver.
function escapeValue(value: string): string {
  return toOneLine(value).replaceAll(/["\\\]]/g, '\\$&')
}

// JSON leaves line separators, C1 controls and directional marks as they are; none of them is needed to say what is said.
function toOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

// Header fields are printable ASCII without spaces (§6).
function headerField(value: string, most: number): string {
  return value.replaceAll(/[^\x21-\x7e]/g, '').slice(0, most) || '-'
}
