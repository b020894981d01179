import { sql } from 'kysely'
import type { Audit } from '../audit/index.ts'
import type { HashCredential } from '../access/index.ts'
import type { MailQueue } from '../identity/index.ts'
import type { LogAlarm } from '../ledger/index.ts'
import type { Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import type { Logger } from '../platform/log.ts'
import type { Purges } from '../platform/purges.ts'
import { createMailQueue } from './mail-store.ts'
import { createMailTransport, type InstanceMail } from './mail-transport.ts'
import { mailJob, sendingMails } from './mail-worker.ts'
import { standingTeller } from './standing-mail.ts'
import { alarmTeller } from './tell-alarm.ts'

const purges: Purges = { mails: (most) => sql`select purge_mail(${most}) as gone` }

/** Mails, where the instance has a way for them, and alarms of logs. */
export interface Mails extends Feature {
  readonly queue: MailQueue | undefined
  readonly tellAlarm: (alarm: LogAlarm) => Promise<void>
  /** Tells of standings that got worse; undefined where the instance sends no mails. */
  readonly tellStandings: ReturnType<typeof standingTeller> | undefined
}

/** Creates them. `wake` has the job of that name run at once. */
export function createMails(parts: {
  readonly db: Database
  readonly audit: Audit
  readonly hashCredential: HashCredential
  readonly mail: InstanceMail | undefined
  readonly log: Logger
  readonly wake: (job: string) => void
}): Mails {
  const { db, audit, hashCredential, mail, log, wake } = parts
  const tellAlarm = alarmTeller({ mail, db, audit, log })
  if (mail === undefined) return { queue: undefined, tellAlarm, tellStandings: undefined, purges }
  const issue = { db, audit, hashCredential }
  const transport = createMailTransport(mail)
  return {
    queue: createMailQueue(() => wake(mailJob)),
    tellAlarm,
    tellStandings: standingTeller({ mail, db, log }),
    jobs: [sendingMails({ db, transport, issue, log, publicUrl: mail.publicUrl })],
    purges,
  }
}
