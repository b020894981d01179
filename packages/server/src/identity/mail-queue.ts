import type { Transaction } from '../platform/database.ts'

/** A mail to be sent, by what it is about: an invitation's id, or a password reset's. What is in it is made when it is sent. */
export interface MailJob {
  readonly tenantId: string
  readonly kind: 'invitation' | 'password_reset'
  readonly subjectId: string
}

/** How far the newest mail about something got. */
export interface MailState {
  readonly delivery: 'queued' | 'sent' | 'failed'
  readonly error: string | null
}

/** The way out for mails, where the instance has one. It is of `notify`, wired in composition.ts. */
export interface MailQueue {
  /** Queues a mail in the caller's transaction. */
  queue(tx: Transaction, job: MailJob): Promise<void>
  /** The newest mail about each subject, for the transaction's tenant. */
  statesOf(tx: Transaction, subjectIds: readonly string[]): Promise<ReadonlyMap<string, MailState>>
}
