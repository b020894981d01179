import type { AuditEventView } from '@afterai/contract'
import { printable } from './style.ts'

/** A person or a machine as they are named to people: `Bo <bo@example.com>`. The id, where no name is known. */
export function person({ id, name, email }: { id: string; name?: string | null; email?: string | null }): string {
  if (name == null) return id
  return email == null ? printable(name) : `${printable(name)} <${printable(email)}>`
}

/** Who did what an event tells: a person, a key of somebody, AfterAI itself, or nobody who is known. */
export function actor(event: AuditEventView): string {
  if (event.actorId === null) return event.credential === 'system' ? 'AfterAI' : '(nobody known)'
  const who = person({ id: event.actorId, name: event.actorName, email: event.actorEmail })
  return event.actorKey === null ? who : `${who} (API key ${printable(event.actorKey)}…)`
}
