import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditStream } from '@afterai/contract'
import { freePort } from '@afterai/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { selfSigned, startSyslogReceiver, startWebhookReceiver } from '../../testing/siem-receivers.ts'
import { composeBeside, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let admin: Person
let count = 0
const stops: (() => Promise<void>)[] = []

beforeAll(async () => {
  server = await startTestServer()
  admin = server.admin
})
afterAll(() => server.stop())
afterEach(async () => {
  const { items } = await server.expectOk<{ items: AuditStream[] }>({ path: '/v1/audit-streams', token: admin.token })
  for (const { id } of items)
    await server.expectOk({ method: 'DELETE', path: `/v1/audit-streams/${id}`, token: admin.token })
  for (const stop of stops.splice(0)) await stop()
})

type Created = AuditStream & { secret: string | null }

const addStream = (body: Record<string, unknown>): Promise<Created> =>
  server.expectOk({
    method: 'POST',
    path: '/v1/audit-streams',
    token: admin.token,
    body: { name: `stream-${(count += 1)}`, ...body },
  })

const statusOf = (id: string): Promise<AuditStream> =>
  server.expectOk({ path: `/v1/audit-streams/${id}`, token: admin.token })

const command = (id: string, to: string, body?: unknown): Promise<AuditStream> =>
  server.expectOk({ method: 'POST', path: `/v1/audit-streams/${id}/${to}`, token: admin.token, body })

/** Another server on the same database, with the same keys. */
async function startBeside(beside: TestServer): ReturnType<typeof composeBeside> {
  const second = await composeBeside(beside)
  second.begin()
  return second
}

/** Makes some events, a few at a time, as busy people do. */
async function act(times: number): Promise<void> {
  const systems = Array.from({ length: times }, () => `system-${(count += 1)}`)
  for (let first = 0; first < times; first += 8) {
    await Promise.all(
      systems
        .slice(first, first + 8)
        .map((name) => server.expectOk({ method: 'POST', path: '/v1/systems', token: admin.token, body: { name } })),
    )
  }
}

/** The tenant's events as the log has them, from an index on. */
async function logged(from: number): Promise<{ id: string; logIndex: number }[]> {
  await integrated()
  const { rows } = await server.owner.query<{ id: string; logIndex: number }>(
    `select e.entry_id as id, e.idx::int as "logIndex" from ledger_entry e join audit_event a on a.id = e.entry_id
     where e.tenant_id = $1 and e.idx >= $2 order by e.idx`,
    [admin.tenant.id, from],
  )
  return rows
}

/** Waits until the log has what was queued for it: what nobody waits for may share a checkpoint with what comes next. */
async function integrated(): Promise<void> {
  while ((await server.owner.query('select from ledger_outbox limit 1')).rows.length > 0) await sleep(20)
}

const caughtUp = (id: string): Promise<AuditStream> =>
  vi.waitFor(
    async () => {
      await integrated()
      const status = await statusOf(id)
      if (status.lagEvents > 0) throw new Error(`behind: ${JSON.stringify(status)}`)
      return status
    },
    { timeout: 60_000, interval: 100 },
  )

/** Without repetitions, in the order of their first arrival. */
function distinct<T extends { id: string }>(events: readonly T[]): T[] {
  return [...new Map(events.toReversed().map((it) => [it.id, it])).values()].toReversed()
}

function placesOf(events: readonly { id: string; logIndex: number }[]) {
  return events.map(({ id, logIndex }) => ({ id, logIndex }))
}

describe('P4.4: a webhook', () => {
  test('gets every event once, in order, signed, and keeps up with what comes', async () => {
    const receiver = await startWebhookReceiver()
    stops.push(receiver.stop)
    const stream = await addStream({ kind: 'webhook', url: receiver.url, startFrom: 'beginning' })
    receiver.setSecret(stream.secret ?? '')
    await act(250)
    const status = await caughtUp(stream.id)
    expect(receiver.faults).toEqual([])
    const events = receiver.requests.flatMap((it) => it.events)
    expect(placesOf(events)).toEqual((await logged(0)).slice(0, events.length))
    expect(events.length).toBeGreaterThan(250)
    expect(status).toMatchObject({ state: 'sending', delivered: events.length, lagSeconds: 0, failures: 0 })
    expect(events[0]).toMatchObject({ schema: 'afterai.audit/1', tenantId: admin.tenant.id })
  })

  test('that answers 500 delays what comes and loses none of it; a repetition is known by its id', async () => {
    let failing = true
    const receiver = await startWebhookReceiver((response, times) => {
      // The first answer after a success is lost: it was accepted, and comes again.
      if (failing) return response.writeHead(500).end('the body of an error')
      return times % 3 === 0 ? response.destroy() : response.writeHead(200).end('ok')
    })
    stops.push(receiver.stop)
    const stream = await addStream({ kind: 'webhook', url: receiver.url })
    receiver.setSecret(stream.secret ?? '')
    await act(120)
    await vi.waitFor(async () => expect((await statusOf(stream.id)).failures).toBeGreaterThan(1), { timeout: 20_000 })
    const failed = await statusOf(stream.id)
    expect(failed).toMatchObject({ state: 'failing', lastError: 'the receiver answered 500', delivered: 0 })
    expect(failed.lagEvents).toBeGreaterThan(100)
    failing = false
    await act(200)
    await command(stream.id, 'resume')
    const status = await caughtUp(stream.id)
    const events = receiver.requests.flatMap((it) => it.events)
    expect(placesOf(distinct(events))).toEqual(
      (await logged(stream.nextIndex)).filter(({ logIndex }) => logIndex < status.nextIndex),
    )
    expect(events.length).toBeGreaterThan(distinct(events).length)
  })

  test('that never answers slows no request, and is given up after the time-out', async () => {
    const receiver = await startWebhookReceiver(() => undefined)
    stops.push(receiver.stop)
    const stream = await addStream({ kind: 'webhook', url: receiver.url })
    receiver.setSecret(stream.secret ?? '')
    await act(3)
    await vi.waitFor(() => expect(receiver.requests).toHaveLength(1), { timeout: 10_000 })
    await act(40)
    expect(receiver.requests).toHaveLength(1)
    await vi.waitFor(
      async () => expect(await statusOf(stream.id)).toMatchObject({ lastError: 'no acceptance within 10 s' }),
      { timeout: 20_000 },
    )
  })

  test('P5.5: that never answers keeps no server from stopping; the next one sends what was cut off', async () => {
    let answers = false
    const receiver = await startWebhookReceiver((response) => {
      if (answers) response.writeHead(204).end()
    })
    stops.push(receiver.stop)
    const own = await startTestServer()
    const { token } = own.admin
    const body = { kind: 'webhook', name: 'siem', url: receiver.url, startFrom: 'beginning' }
    const stream = await own.expectOk<Created>({ method: 'POST', path: '/v1/audit-streams', token, body })
    receiver.setSecret(stream.secret ?? '')
    await vi.waitFor(() => expect(receiver.requests).toHaveLength(1), { timeout: 20_000 })
    const held = await own.owner.query('select failures from audit_stream where lease_holder is not null')
    expect(held.rows).toEqual([{ failures: 0 }])
    await own.close()
    const after = await own.owner.query('select failures, lease_holder, next_index::int from audit_stream')
    expect(after.rows).toEqual([{ failures: 0, lease_holder: null, next_index: 0 }])
    answers = true
    const second = await startBeside(own)
    await vi.waitFor(() => expect(receiver.requests.length).toBeGreaterThan(1), { timeout: 20_000 })
    expect(receiver.requests[1]?.events[0]).toEqual(receiver.requests[0]?.events[0])
    await second.close()
    await own.owner.end()
    await own.database.drop()
  })

  test('isn’t followed to where it redirects', async () => {
    const elsewhere = await startWebhookReceiver()
    const receiver = await startWebhookReceiver((response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    )
    stops.push(receiver.stop, elsewhere.stop)
    const stream = await addStream({ kind: 'webhook', url: receiver.url })
    receiver.setSecret(stream.secret ?? '')
    await act(1)
    await vi.waitFor(
      async () => expect(await statusOf(stream.id)).toMatchObject({ lastError: 'the receiver answered 307' }),
      { timeout: 10_000 },
    )
    expect([elsewhere.requests, elsewhere.faults]).toEqual([[], []])
  })

  test('that answers without end is accepted by its status, and its answer cut off', async () => {
    const receiver = await startWebhookReceiver((response) => {
      response.writeHead(200)
      const pour = (): void => {
        while (response.write(Buffer.alloc(65_536)));
        response.once('drain', pour)
      }
      pour()
    })
    stops.push(receiver.stop)
    const stream = await addStream({ kind: 'webhook', url: receiver.url })
    receiver.setSecret(stream.secret ?? '')
    await act(1)
    expect(await caughtUp(stream.id)).toMatchObject({ state: 'sending', failures: 0 })
  })
})

describe('P4.4: replay, pause and two processes', () => {
  test('replays from an entry of the log on, sends nothing while paused, and goes on where it was', async () => {
    const receiver = await startWebhookReceiver()
    stops.push(receiver.stop)
    const stream = await addStream({ kind: 'webhook', url: receiver.url, startFrom: 'beginning' })
    receiver.setSecret(stream.secret ?? '')
    await caughtUp(stream.id)
    const before = receiver.requests.flatMap((it) => it.events).length
    expect((await command(stream.id, 'pause')).state).toBe('paused')
    await act(5)
    const paused = receiver.requests.flatMap((it) => it.events).length
    await sleep(2_500)
    expect(receiver.requests.flatMap((it) => it.events)).toHaveLength(paused)
    await command(stream.id, 'replay', { fromIndex: 2 })
    await command(stream.id, 'resume')
    const status = await caughtUp(stream.id)
    const again = receiver.requests.flatMap((it) => it.events).slice(paused)
    expect(placesOf(again)).toEqual((await logged(2)).filter(({ logIndex }) => logIndex < status.nextIndex))
    expect(again.length).toBeGreaterThan(before)
    expect(
      await server.send({
        method: 'POST',
        path: `/v1/audit-streams/${stream.id}/replay`,
        token: admin.token,
        body: { fromIndex: 1_000_000 },
      }),
    ).toMatchObject({ status: 400 })
  })

  test('its events tell of its settings alone: each begins with what the one before left, however far it came meanwhile', async () => {
    const receiver = await startWebhookReceiver()
    stops.push(receiver.stop)
    const { id, secret } = await addStream({ kind: 'webhook', url: receiver.url })
    receiver.setSecret(secret ?? '')
    await command(id, 'pause')
    await command(id, 'resume')
    await act(2)
    await caughtUp(id)
    await command(id, 'replay', { fromIndex: 0 })
    await command(id, 'pause')
    const { rows } = await server.owner.query<{ before: string; after: string }>(
      `select details ->> 'stateBefore' as before, details ->> 'stateAfter' as after from audit_event
       where resource = $1 and action <> 'audit_stream.create' order by id`,
      [`audit-stream/${id}`],
    )
    expect(rows).toHaveLength(4)
    expect(rows.slice(1).map(({ before }) => before)).toEqual(rows.slice(0, -1).map(({ after }) => after))
    expect(new Set(rows.map(({ after }) => after)).size).toBe(3)
  })

  test('two servers on one database send each event once, in order', async () => {
    const second = await startBeside(server)
    stops.push(second.close)
    const receiver = await startWebhookReceiver((response) => setTimeout(() => response.writeHead(204).end(), 30))
    stops.push(receiver.stop)
    const stream = await addStream({ kind: 'webhook', url: receiver.url, startFrom: 'beginning' })
    receiver.setSecret(stream.secret ?? '')
    await act(300)
    const status = await caughtUp(stream.id)
    const events = receiver.requests.flatMap((it) => it.events)
    expect(placesOf(events)).toEqual((await logged(0)).filter(({ logIndex }) => logIndex < status.nextIndex))
  })
})

describe('P4.4: syslog', () => {
  test('over TCP is RFC 5424 by the letter, whatever an event holds', async () => {
    const receiver = await startSyslogReceiver()
    stops.push(receiver.stop)
    const stream = await addStream({ kind: 'syslog', host: '127.0.0.1', port: receiver.port, transport: 'tcp' })
    await act(20)
    const reason = 'quotes " and ] and \\ and\nbreaks\r\u2028\u0085 <script> 日本語 \u202e'
    const body = {
      system: `system-${count}`,
      title: reason.replaceAll(/[\u2028\u0085\u202e]/g, ''),
      changeTypes: ['data'],
    }
    await server.expectOk({ method: 'POST', path: '/v1/changes', token: admin.token, body })
    const status = await caughtUp(stream.id)
    expect(receiver.faults).toEqual([])
    const events = receiver.messages.map(({ text }) => JSON.parse(text) as { id: string; logIndex: number })
    expect(placesOf(events)).toEqual(
      (await logged(stream.nextIndex)).filter(({ logIndex }) => logIndex < status.nextIndex),
    )
    // What a test before has left in the queue may come first.
    const index = receiver.messages.findIndex(({ messageId }) => messageId === 'audit_stream.create')
    expect(receiver.messages[index]).toMatchObject({
      priority: 110,
      app: 'afterai',
      data: { id: events[index]?.id, tenantId: admin.tenant.id, outcome: 'allowed', credential: 'bearer' },
    })
  })

  test('over TLS trusts the certificates that were named and no other', async () => {
    const certificate = selfSigned('IP:127.0.0.1')
    const receiver = await startSyslogReceiver({ certificate })
    stops.push(receiver.stop)
    const to = { kind: 'syslog', host: '127.0.0.1', port: receiver.port, transport: 'tls' }
    const trusting = await addStream({ ...to, certificates: certificate.certificate })
    const doubting = await addStream(to)
    const misled = await addStream({ ...to, certificates: selfSigned('IP:127.0.0.1').certificate })
    await act(5)
    await caughtUp(trusting.id)
    expect(receiver.faults).toEqual([])
    expect(receiver.messages.length).toBeGreaterThan(5)
    for (const { id } of [doubting, misled]) {
      await vi.waitFor(
        async () => expect((await statusOf(id)).lastError).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY|SIGNATURE|CERT/),
        { timeout: 10_000 },
      )
      expect((await statusOf(id)).delivered).toBe(0)
    }
  })

  test('loses nothing and keeps the order when the receiver dies in the middle, again and again', async () => {
    const port = await freePort()
    let isDying = true
    const start = () =>
      startSyslogReceiver({
        port,
        onMessage: (socket, times) => {
          if (isDying && times % 40 === 0) socket.resetAndDestroy()
        },
      })
    let receiver = await start()
    const got = receiver.messages
    const stream = await addStream({ kind: 'syslog', host: '127.0.0.1', port, transport: 'tcp' })
    await act(100)
    await vi.waitFor(async () => expect((await statusOf(stream.id)).failures).toBeGreaterThan(0), { timeout: 20_000 })
    const first = got.length
    await receiver.stop()
    await act(50)
    await vi.waitFor(async () => expect((await statusOf(stream.id)).lastError).toContain('ECONNREFUSED'), {
      timeout: 20_000,
    })
    isDying = false
    receiver = await start()
    stops.push(receiver.stop)
    await command(stream.id, 'resume')
    const status = await caughtUp(stream.id)
    const events = [...got, ...receiver.messages].map(
      ({ text }) => JSON.parse(text) as { id: string; logIndex: number },
    )
    expect(placesOf(distinct(events))).toEqual(
      (await logged(stream.nextIndex)).filter(({ logIndex }) => logIndex < status.nextIndex),
    )
    expect(first).toBeGreaterThan(0)
    expect(receiver.faults).toEqual([])
  })
})

describe('P4.4: what a destination holds', () => {
  test('P3.3: a webhook’s key is shown once, and neither it nor the URL is in the database in clear', async () => {
    const url = 'http://127.0.0.1:9/hook?token=canary-in-a-url'
    const { id, secret } = await addStream({ kind: 'webhook', url })
    const shown = JSON.stringify(await statusOf(id))
    expect(shown).toContain('http://127.0.0.1:9')
    const { rows } = await server.owner.query<{ row: string }>(
      `select t::text as row from audit_stream t union all select details::text from audit_event`,
    )
    const kept = `${shown}\n${rows.map(({ row }) => row).join('\n')}\n${server.log()}`
    for (const hidden of ['canary-in-a-url', Buffer.from('canary-in-a-url').toString('hex'), secret ?? ''])
      expect(kept).not.toContain(hidden)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  })

  test.each([
    ['of the cloud’s metadata', { kind: 'webhook', url: 'https://169.254.169.254/latest' }],
    ['private', { kind: 'webhook', url: 'https://10.0.0.1/' }],
    ['private, written otherwise', { kind: 'webhook', url: 'https://0x0a000001/' }],
    ['mapped into IPv6', { kind: 'webhook', url: 'https://[::ffff:10.0.0.1]/' }],
    ['local in IPv6', { kind: 'webhook', url: 'https://[fe80::1]/' }],
    ['unspecified', { kind: 'webhook', url: 'https://[::]/' }],
    ['reached over plain http', { kind: 'webhook', url: 'http://93.184.216.34/' }],
    ['with a password', { kind: 'webhook', url: 'https://user:secret@93.184.216.34/' }],
    ['not http', { kind: 'webhook', url: 'file:///etc/passwd' }],
    ['private, for syslog', { kind: 'syslog', host: '192.168.0.1', port: 6514 }],
    ['reached over plain TCP', { kind: 'syslog', host: '93.184.216.34', port: 514, transport: 'tcp' }],
    ['a name over plain TCP', { kind: 'syslog', host: 'siem.example', port: 514, transport: 'tcp' }],
  ])('P4.4, ASVS 1.3.6: an address that is %s is refused', async (_what, destination) => {
    const body = { name: 'refused', ...destination }
    const answer = await server.send({ method: 'POST', path: '/v1/audit-streams', token: admin.token, body })
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request'])
    expect(answer.text).not.toContain('secret@')
  })
})
