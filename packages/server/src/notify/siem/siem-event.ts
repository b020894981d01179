import type { LoggedEvent } from '../../trail/index.ts'

/** The form of events that leave the server. A member is added without a new number, none is removed or renamed (ADR 0012). */
const schema = 'afterai.audit/1'

/** An audit event as a SIEM gets it: what `GET /v1/audit-events` shows of it, its tenant, and the name of the form. No content. */
export type SiemEvent = LoggedEvent & { readonly schema: typeof schema; readonly tenantId: string }

/** Makes an event ready to leave. */
export function toSiemEvent(tenantId: string, event: LoggedEvent): SiemEvent {
  return { schema, tenantId, ...event }
}
