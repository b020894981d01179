import { afterAll, beforeAll, expect, test } from 'vitest'
import { standingTeller } from '../../src/notify/standing-mail.ts'
import { createLog } from '../../src/platform/log.ts'
import { watchAll, type WatchDependencies } from '../../src/standing/watch.ts'
import { type MailServer, makeCertificate, mailUser, startMailServer } from '../../testing/mail-server.ts'
import { beginStory, inDays, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let mails: MailServer
let author: Person
let approver: Person
let tell: NonNullable<WatchDependencies['tell']>
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
  const certificate = await makeCertificate()
  mails = await startMailServer({ certificate })
  const url = `smtp://${mailUser.user}:${mailUser.password}@localhost:${mails.port}`
  const mail = { url, from: 'afterai@acme.example', ca: certificate.cert, publicUrl: 'https://afterai.acme.example' }
  tell = standingTeller({ mail, db: server.enrolment.db, log: createLog('silent') })
})
afterAll(async () => {
  await mails.stop()
  await server.stop()
})

function begin(): Promise<Story> {
  stories += 1
  return beginStory(server, { author, approver }, `bot-${stories}`)
}

function watch(more: Partial<WatchDependencies> = {}): Promise<void> {
  const { db, audit } = server.enrolment
  return watchAll({ db, audit, tell, ...more }, new AbortController().signal)
}

async function told({ systemId }: Story): Promise<string[]> {
  const { items } = await server.expectOk<{ items: { resource: string; details: { standing: string } }[] }>({
    path: '/v1/audit-events?action=standing.worsen&limit=200',
    token: server.admin.token,
  })
  return items.filter((it) => it.resource === `system/${systemId}`).map(({ details }) => details.standing)
}

test('P6.2: each turn for the worse is one event of the trail, and one mail to those who may decide', async () => {
  const story = await begin()
  await story.runs(0.1)
  await story.accepts()
  await watch()
  expect(await told(story)).toEqual([])
  const changeId = (await story.runs(0.2)) ?? ''
  await watch()
  await watch()
  expect(await told(story)).toEqual(['awaiting'])
  expect(mails.received).toEqual([])
  await story.confirms(changeId)
  await story.decides(changeId, { decision: 'not_act' })
  await watch()
  await watch()
  expect(await told(story)).toEqual(['contrary', 'awaiting'])
  expect(mails.received.flatMap(({ recipients }) => recipients).toSorted()).toEqual(
    [approver.email, server.admin.email].toSorted(),
  )
  expect(mails.received[0]?.raw).toContain(`${story.system} in production: contrary`)
  expect(mails.received[0]?.raw.replaceAll('=\r\n', '')).toContain(
    `afterai history ${story.system} --environment production`,
  )
})

test('two processes that look at once tell it once', async () => {
  const story = await begin()
  await story.runs(0.1)
  await Promise.all([watch(), watch(), watch()])
  await watch()
  expect(await told(story)).toEqual(['awaiting'])
})

test('a mail that could not be sent is sent with the next look, and what was mended by then is not', async () => {
  const [late, mended] = [await begin(), await begin()]
  for (const story of [late, mended]) {
    await story.runs(0.1)
    await story.accepts()
    await story.runs(0.2)
  }
  const attempts: string[][] = []
  const failing: WatchDependencies['tell'] = async (_tenantId, worse) => {
    attempts.push(worse.map(({ system }) => system))
    return false
  }
  const now = (): Date => new Date(inDays(8))
  await watch({ tell: failing, now })
  expect(attempts.flat()).toEqual(expect.arrayContaining([late.system, mended.system]))
  const [change] = await mended.changes()
  await mended.confirms(change?.id ?? '')
  await mended.decides(change?.id ?? '')
  const before = mails.received.length
  await watch({ now })
  const texts = mails.received.slice(before).map(({ raw }) => raw)
  expect(texts).not.toHaveLength(0)
  for (const text of texts) {
    expect(text).toContain(`${late.system} in production: overdue`)
    expect(text).not.toContain(`${mended.system} in production`)
  }
  await watch({ now })
  expect(mails.received).toHaveLength(before + texts.length)
})

test('the sample workspace needs nobody', async () => {
  await server.owner.query(
    `with made as (insert into tenant (id, slug, name, sample) values (gen_random_uuid(), 'sample', 'Sample', true) returning id)
     insert into ledger_log (tenant_id, origin) select id, 'sample.example' from made`,
  )
  const story = await begin()
  await story.runs(0.1)
  // What the story's system runs with, in the sample as well.
  for (const table of ['system', 'configuration', 'environment', 'run']) {
    await server.owner.query(
      `insert into ${table} select (jsonb_populate_record(it, jsonb_build_object('tenant_id', (select id from tenant where sample)))).*
       from ${table} it where it.tenant_id = $1 and to_jsonb(it) ->> $2 = $3`,
      table === 'configuration'
        ? [server.admin.tenant.id, 'tenant_id', server.admin.tenant.id]
        : [server.admin.tenant.id, table === 'system' ? 'id' : 'system_id', story.systemId],
    )
  }
  await watch()
  const { rows } = await server.owner.query('select tenant_id from told_standing where system_id = $1', [
    story.systemId,
  ])
  expect(rows).toEqual([{ tenant_id: server.admin.tenant.id }])
})
