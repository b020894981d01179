import { type AuditEventView, shownName } from '@afterai/contract'
import { printable } from './style.ts'

interface Named {
  readonly id: string
  readonly name?: string | null | undefined
  readonly email?: string | null | undefined
}

/** A person or a machine as they are named to people: `Bo <bo@example.com>`. The id, where no name is known. */
export function person({ id, name, email }: Named): string {
  if (name == null || shownName(name) === '') return id
  return email == null ? nameShown(name) : `${nameShown(name)} <${printable(email)}>`
}

/** The name of a person, a machine or a key, without what would pass for an address beside it. */
export function nameShown(name: string): string {
  return printable(shownName(name)) || '(no name)'
}

/** Who did what an event tells: a person, a key of somebody, AfterAI itself, or nobody who is known. */
export function actor(event: AuditEventView): string {
  if (event.actorId === null) return event.credential === 'system' ? 'AfterAI' : '(nobody known)'
  const who = person({ id: event.actorId, name: event.actorName, email: event.actorEmail })
  return event.actorKey === null ? who : `${who} (API key ${printable(event.actorKey)}…)`
}
