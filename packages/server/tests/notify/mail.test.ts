import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@afterai/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claimMail } from '../../src/notify/mail-store.ts'
import { outcomeOf } from '../../src/notify/mail-worker.ts'
import { sweep } from '../../testing/database-sweep.ts'
import {
  type Certificate,
  codeIn,
  type MailServer,
  mailUser,
  makeCertificate,
  type ReceivedMail,
  startMailServer,
} from '../../testing/mail-server.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let mails: MailServer
let certificate: Certificate
/** The refusal of a recipient by the mail server; undefined takes the mail. */
let refuse: (address: string) => { code: number; text: string } | undefined
let count = 0

/** A mail's words, with what differs from one to the other made the same. */
const textOf = (mail: ReceivedMail): string =>
  mail.raw
    .slice(mail.raw.indexOf('\r\n\r\n'))
    .replaceAll('=\r\n', '')
    .replaceAll('=3D', '=')
    .replaceAll(codeIn(mail), 'CODE')
    .replace(/good until [^:]+:\d\d UTC/, 'good until THEN')

const fresh = (): string => `person-${(count += 1)}@acme.example`
const urlTo = (port: number, { user, password } = mailUser): string => `smtp://${user}:${password}@localhost:${port}`

beforeAll(async () => {
  certificate = await makeCertificate()
  mails = await startMailServer({ certificate, refuse: (address) => refuse(address) })
  server = await startTestServer({
    mail: {
      url: urlTo(mails.port),
      from: 'afterai@acme.example',
      ca: certificate.cert,
      tlsRequired: true,
      publicUrl: 'https://afterai.acme.example',
    },
  })
})
beforeEach(() => {
  refuse = () => undefined
})
afterAll(async () => {
  await server.stop()
  await mails.stop()
})

async function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let turn = 0; turn < 300; turn += 1) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(100)
  }
  throw new Error(`waited in vain: ${what}`)
}

const mailTo = (address: string, nth = 1): Promise<ReceivedMail> =>
  eventually(`mail ${nth} to ${address}`, () => mails.received.filter((it) => it.recipients.includes(address))[nth - 1])

interface Invitation {
  id: string
  email: string
  code: string | null
  delivery: string
  deliveryError: string | null
}

function invite(email: string): Promise<Invitation> {
  const body = { email, role: 'member' }
  return server.expectOk<Invitation>({ method: 'POST', path: '/v1/invitations', token: server.admin.token, body })
}

async function invitation(id: string): Promise<Invitation | undefined> {
  const list = { path: '/v1/invitations?limit=200', token: server.admin.token }
  return (await server.expectOk<{ items: Invitation[] }>(list)).items.find((it) => it.id === id)
}

const delivered = (id: string, wanted: Partial<Invitation>): Promise<Invitation> =>
  eventually(`${id} ${JSON.stringify(wanted)}`, async () => {
    const found = await invitation(id)
    return found !== undefined && Object.entries(wanted).every(([key, value]) => found[key as 'id'] === value)
      ? found
      : undefined
  })

const makeDue = () => server.owner.query('update mail set next_attempt_at = now() where sent_at is null')

const accept = (code: string) =>
  server.send({
    method: 'POST',
    path: '/v1/invitations/accept',
    body: { code, name: 'Invited', password: 'copper-meadow-77-signal' },
  })

describe('P3.3: an invitation by mail', () => {
  test('carries a code that nobody else has seen: not the admin, not the database, not the log', async () => {
    const email = fresh()
    const answer = await invite(email)
    expect(answer).toMatchObject({ code: null, delivery: 'queued' })
    const mail = await mailTo(email)
    expect(mail).toMatchObject({ recipients: [email], secure: true, user: mailUser.user })
    await delivered(answer.id, { delivery: 'sent' })
    const code = codeIn(mail)
    const { found } = await sweep(server.owner, new Map([['the code', code]]))
    expect(found).toEqual([])
    expect(server.log()).not.toContain(code)
    expect(server.log()).not.toContain(mailUser.password)
    expect((await accept(code)).status).toBe(200)
    expect((await accept(code)).body['code']).toBe('invalid_code')
  })

  test('says where, as what and until when; has no HTML, no link that signs in, and one code', async () => {
    const email = fresh()
    await invite(email)
    const { raw } = await mailTo(email)
    expect(raw).toContain('Content-Type: text/plain; charset=utf-8')
    expect(raw).toContain('Auto-Submitted: auto-generated')
    expect(raw).toContain('https://afterai.acme.example')
    expect(raw).not.toMatch(/<html|<img|https:\/\/\S*[?#]/i)
    expect(new Set(raw.match(/[2-9A-Z]{5}(?:-[2-9A-Z]{5}){3}/g))).toEqual(new Set([codeIn({ raw } as ReceivedMail)]))
  })

  test('ASVS 6.3.8: says the same to who has an account here as to who hasn’t: how to get in, and how to recover', async () => {
    const other = await server.addTenant(`elsewhere-${crypto.randomUUID().slice(0, 8)}`)
    const known = (await server.addPerson(other, 'member')).email
    const unknown = fresh()
    const texts: string[] = []
    for (const email of [known, unknown]) {
      await invite(email)
      texts.push(textOf(await mailTo(email)))
    }
    const [ofKnown = '', ofUnknown] = texts
    expect(ofKnown).toBe(ofUnknown)
    expect(ofKnown).toContain('afterai login --url https://afterai.acme.example --invitation CODE --name "Your Name"')
    expect(ofKnown).toContain('afterai password forgot "Your E-Mail Address" --url https://afterai.acme.example')
    expect(ofKnown).toContain('operator')
  })

  test('lets in who has an account and forgot its password, by the way that it names', async () => {
    const other = await server.addTenant(`forgotten-${crypto.randomUUID().slice(0, 8)}`)
    const person = await server.addPerson(other, 'member')
    await invite(person.email)
    const code = codeIn(await mailTo(person.email))
    const refused = await accept(code)
    expect([refused.status, refused.body['code']]).toEqual([401, 'invalid_credentials'])
    expect(refused.body['detail']).toContain('afterai password forgot')
    const forgot = { method: 'POST', path: '/v1/password-resets', body: { email: person.email } } as const
    expect((await server.send(forgot)).status).toBe(202)
    const reset = { code: codeIn(await mailTo(person.email, 2)), password: 'copper-meadow-77-signal' }
    const done = await server.send({ method: 'POST', path: '/v1/password-resets/complete', body: reset })
    expect(done.status).toBe(204)
    const accepted = await accept(code)
    expect([accepted.status, typeof accepted.body['accessToken']]).toEqual([200, 'string'])
  })

  test('that is sent again carries another code, and the one before is void', async () => {
    const email = fresh()
    const { id } = await invite(email)
    const first = codeIn(await mailTo(email))
    await server.expectOk({ method: 'POST', path: `/v1/invitations/${id}/resend`, token: server.admin.token })
    const second = codeIn(await mailTo(email, 2))
    expect((await accept(first)).body['code']).toBe('invalid_code')
    expect((await accept(second)).status).toBe(200)
  })

  test('that was revoked before it left is not sent', async () => {
    refuse = () => ({ code: 451, text: 'later' })
    const email = fresh()
    const { id } = await invite(email)
    await delivered(id, { deliveryError: '451' })
    await server.expectOk({ method: 'DELETE', path: `/v1/invitations/${id}`, token: server.admin.token })
    refuse = () => undefined
    await makeDue()
    await delivered(id, { delivery: 'failed', deliveryError: 'not_needed' })
    expect(mails.received.filter((it) => it.recipients.includes(email))).toEqual([])
  })
})

describe('P3.3: a mail server that fails', () => {
  test('with 4xx (greylisting) is asked again later; what it said is kept as a number alone', async () => {
    refuse = () => ({ code: 451, text: 'greylisted, try again' })
    const email = fresh()
    const { id } = await invite(email)
    await delivered(id, { delivery: 'queued', deliveryError: '451' })
    refuse = () => undefined
    await makeDue()
    await delivered(id, { delivery: 'sent', deliveryError: null })
    expect((await accept(codeIn(await mailTo(email)))).status).toBe(200)
    expect(server.log()).not.toContain(email)
  })

  test('with 5xx is not asked again, and the admin sees it', async () => {
    refuse = () => ({ code: 550, text: 'no such mailbox' })
    const { id, email } = await invite(fresh())
    await delivered(id, { delivery: 'failed', deliveryError: '550' })
    refuse = () => undefined
    await makeDue()
    await sleep(200)
    expect(mails.received.filter((it) => it.recipients.includes(email))).toEqual([])
  })

  test('while it is down fails no request; what waited is sent once it is up', async () => {
    const port = await freePort()
    const settings = { url: urlTo(port), from: 'a@acme.example', ca: certificate.cert, publicUrl: 'https://x.example' }
    const other = await startTestServer({ mail: settings })
    const body = { email: 'patient@acme.example', role: 'viewer' }
    const request = { method: 'POST', path: '/v1/invitations', token: other.admin.token, body } as const
    expect((await other.send(request)).status).toBe(201)
    await eventually('a first attempt in vain', async () => {
      const { rows } = await other.owner.query('select 1 from mail where last_error is not null')
      return rows[0]
    })
    const late = await startMailServer({ certificate, port })
    await other.owner.query('update mail set next_attempt_at = now()')
    const mail = await eventually('the mail', () => late.received[0])
    expect(mail.recipients).toEqual(['patient@acme.example'])
    await other.stop()
    await late.stop()
  })

  test('for a day is given up, not before; waits grow to an hour', () => {
    const createdAt = new Date('2026-11-24T00:00:00Z')
    const at = (hours: number, attempts: number) =>
      outcomeOf({ code: 'ECONNREFUSED' }, { attempts, createdAt }, new Date(createdAt.getTime() + hours * 3_600_000))
    expect(at(0, 1)).toEqual({ kind: 'again', error: 'ECONNREFUSED', at: new Date('2026-11-24T00:00:30Z') })
    expect(at(1, 20)).toEqual({ kind: 'again', error: 'ECONNREFUSED', at: new Date('2026-11-24T02:00:00Z') })
    expect(at(22.9, 30).kind).toBe('again')
    expect(at(23.1, 30)).toEqual({ kind: 'failed', error: 'ECONNREFUSED' })
    expect(outcomeOf({ responseCode: 535, code: 'EAUTH' }, { attempts: 1, createdAt }, createdAt).kind).toBe('again')
    expect(outcomeOf(new Error('password=secret to x@y.z'), { attempts: 1, createdAt }, createdAt).error).toBe(
      'unknown',
    )
  })
})

describe('P3.3, ASVS 1.3.11: nothing that somebody wrote becomes a header or a recipient', () => {
  test.each([
    'Acme\r\nBcc: eve@evil.example',
    'Acme\nSubject: free money\n\nClick',
    'Acme\u2028Bcc: eve@evil.example',
    '=?utf-8?Q?=0ABcc:eve@evil.example?=',
    '"Ünïcode" <eve@evil.example>, eve@evil.example',
  ])('a tenant’s name: %j', async (name) => {
    await server.owner.query('update tenant set name = $1 where id = $2', [name, server.admin.tenant.id])
    const email = fresh()
    await invite(email)
    const { raw, recipients } = await mailTo(email)
    expect(recipients).toEqual([email])
    const head = raw.split('\r\n\r\n')[0] ?? ''
    const names = head.split('\r\n').flatMap((line) => /^([A-Za-z-]+):/.exec(line)?.[1]?.toLowerCase() ?? [])
    const known = ['auto-submitted', 'content-transfer-encoding', 'content-type', 'date', 'from', 'message-id']
    expect(names.toSorted()).toEqual([...known, 'mime-version', 'subject', 'to', 'x-auto-response-suppress'])
    expect(/^To: (.*)$/m.exec(head)?.[1]).toBe(email)
  })

  test.each([
    'a@b.example\r\nBcc: eve@evil.example',
    'a@b.example, eve@evil.example',
    '"a\n"@b.example',
    '<a@b.example>',
  ])('an address: %j', async (email) => {
    const body = { email, role: 'viewer' }
    const answer = await server.send({ method: 'POST', path: '/v1/invitations', token: server.admin.token, body })
    expect(answer.status).toBe(400)
  })
})

describe('P3.3, ASVS 6.3.8: a forgotten password', () => {
  const forgot = (email: string) => server.send({ method: 'POST', path: '/v1/password-resets', body: { email } })
  const rows = async (): Promise<number[]> => {
    const found = await server.owner.query<Record<string, number>>(
      `select (select count(*)::int from mail) as a, (select count(*)::int from password_reset) as b,
         (select count(*)::int from audit_event where action = 'password_reset.request') as c`,
    )
    return Object.values(found.rows[0] ?? {})
  }

  test('is answered by the same steps and the same words whether or not anybody has the address', async () => {
    const member = await server.addPerson(server.admin.tenant, 'member')
    const steps: unknown[] = []
    const answers: unknown[] = []
    for (const email of [member.email, 'nobody@acme.example']) {
      const before = await rows()
      const { status, text } = await forgot(email)
      answers.push([status, text])
      steps.push((await rows()).map((after, index) => after - (before[index] ?? 0)))
    }
    expect(answers).toEqual([
      [202, '{}'],
      [202, '{}'],
    ])
    expect(steps).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ])
    const code = codeIn(await mailTo(member.email))
    const body = { code, password: 'willow-cabinet-9-drum' }
    expect((await server.send({ method: 'POST', path: '/v1/password-resets/complete', body })).status).toBe(204)
    await server.signIn(member.email, body.password)
    await eventually('nothing waiting', async () => {
      const { rows: waiting } = await server.owner.query('select from mail where sent_at is null and failed_at is null')
      return waiting.length === 0 ? true : undefined
    })
    expect(mails.received.filter((it) => it.recipients.includes('nobody@acme.example'))).toEqual([])
    const sent = await server.owner.query(`select tenant_id from audit_event where action = 'password_reset.send'`)
    expect(sent.rows).toContainEqual({ tenant_id: server.admin.tenant.id })
  })

  test('brings three mails in an hour at most, and the answer doesn’t tell', async () => {
    const { email } = await server.addPerson(server.admin.tenant, 'member')
    const answers = await Promise.all(Array.from({ length: 6 }, () => forgot(email)))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['202 {}']))
    await eventually('nothing waiting', async () => {
      const { rows: waiting } = await server.owner.query('select from mail where sent_at is null and failed_at is null')
      return waiting.length === 0 ? true : undefined
    })
    expect(mails.received.filter((it) => it.recipients.includes(email))).toHaveLength(3)
  })

  test('with a code that an admin asked for goes to the person, and the admin doesn’t see it', async () => {
    const { email, accountId } = await server.addPerson(server.admin.tenant, 'approver')
    const path = `/v1/members/${accountId}/password-reset`
    const offered = await server.expectOk({ method: 'POST', path, token: server.admin.token })
    expect(offered).toEqual({ code: null, expiresAt: null })
    expect(codeIn(await mailTo(email))).toMatch(/^\w{5}-/)
  })
})

describe('P5.5: mails and several processes', () => {
  test('two that look at once never take the same mail, and what a dead one took comes back', async () => {
    refuse = () => ({ code: 451, text: 'later' })
    for (let n = 0; n < 6; n += 1) await invite(fresh())
    await eventually('all tried', async () => {
      const { rows } = await server.owner.query('select from mail where attempts = 0')
      return rows.length === 0 ? true : undefined
    })
    await server.owner.query(`update mail set next_attempt_at = now() + interval '1 hour' where sent_at is null`)
    await server.owner.query(
      `update mail set next_attempt_at = now() - interval '1 second' where sent_at is null and failed_at is null`,
    )
    const { db } = server.enrolment
    const taken = (await Promise.all([1, 2, 3].map(() => claimMail(db, 2, 300)))).flat().map(({ id }) => id)
    expect(new Set(taken).size).toBe(taken.length)
    expect(taken.length).toBeGreaterThan(0)
    refuse = () => undefined
    // The lease of whoever took them and died runs out.
    await server.owner.query('update mail set next_attempt_at = now() where id = any($1)', [taken])
    await eventually('all sent', async () => {
      const { rows } = await server.owner.query('select from mail where id = any($1) and sent_at is not null', [taken])
      return rows.length === taken.length ? true : undefined
    })
  })
})
