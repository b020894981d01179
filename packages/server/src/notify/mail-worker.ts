import { issueOneTimeMail, type OneTimeMail } from '../identity/index.ts'
import type { Database } from '../platform/database.ts'
import type { RepeatedJob } from '../platform/jobs.ts'
import type { Logger } from '../platform/log.ts'
import { claimMail, type ClaimedMail, type Outcome, settleMail } from './mail-store.ts'
import { writeMail } from './mail-texts.ts'
import { errorCodeOf, isPermanent, type MailTransport } from './mail-transport.ts'

/** The name of the job that sends mails. */
export const mailJob = 'send-mails'

const lookEveryMs = 5_000
const batch = 10
/** Longer than a mail server may take in each step together, so that nobody else sends what is being sent. */
const leaseSeconds = 300
const firstRetryMs = 30_000
const longestRetryMs = 3_600_000
const givenUpAfterMs = 24 * 3_600_000

/** Dependencies of the job that sends mails. */
export interface MailWorkerParts {
  readonly db: Database
  readonly transport: MailTransport
  readonly issue: Parameters<typeof issueOneTimeMail>[0]
  readonly log: Logger
  readonly publicUrl: string
}

/** The job that sends what is queued, in every process. A mail server that is down is tried again later; nothing else waits for it. */
export function sendingMails(parts: MailWorkerParts): RepeatedJob {
  return {
    name: mailJob,
    everyMs: lookEveryMs,
    run: (stopping) => sendDue(parts, () => stopping.aborted),
    end: async () => parts.transport.close(),
  }
}

/** Sends the mails that are due, one after the other, until there are none. */
async function sendDue(parts: MailWorkerParts, isStopped: () => boolean): Promise<void> {
  for (;;) {
    if (isStopped()) return
    const claimed = await claimMail(parts.db, batch, leaseSeconds)
    if (claimed.length === 0) return
    for (const mail of claimed) await settleMail(parts.db, mail, await attempt(parts, mail, isStopped))
  }
}

async function attempt(parts: MailWorkerParts, mail: ClaimedMail, isStopped: () => boolean): Promise<Outcome> {
  // What was claimed and can't be begun any more goes to the next process at once.
  if (isStopped()) return { kind: 'again', error: 'stopped', at: new Date() }
  let carried: OneTimeMail | undefined
  try {
    carried = await issueOneTimeMail(parts.issue, mail)
    if (carried === undefined) return { kind: 'failed', error: 'not_needed' }
    await parts.transport.send({ id: mail.id, to: carried.to, ...writeMail(carried, parts.publicUrl) })
    return { kind: 'sent' }
  } catch (error) {
    const outcome = outcomeOf(error, mail)
    const { id, attempts, kind } = mail
    parts.log.warn({ mail: id, about: kind, attempts, error: outcome.error, givenUp: outcome.kind === 'failed' }, said)
    return outcome
  }
}

const said = 'a mail could not be sent'

/** Greylisting, a full mailbox, a server that is down: later. Refused for good, or a day old: never. */
export function outcomeOf(
  error: unknown,
  { attempts, createdAt }: Pick<ClaimedMail, 'attempts' | 'createdAt'>,
  now = new Date(),
): Exclude<Outcome, { kind: 'sent' }> {
  const code = errorCodeOf(error)
  const waitMs = Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs)
  const at = new Date(now.getTime() + waitMs)
  const isLate = at.getTime() - createdAt.getTime() > givenUpAfterMs
  return isPermanent(error) || isLate ? { kind: 'failed', error: code } : { kind: 'again', error: code, at }
}
