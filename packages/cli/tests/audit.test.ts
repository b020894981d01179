import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditEventView, AuditStream } from '@afterai/contract'
import { describe, expect, test } from 'vitest'
import { afterai, startStandIn, temporaryFolder } from './harness.ts'

const event: AuditEventView = {
  id: '01a20a5b-6239-705d-b9f2-c38849688556',
  occurredAt: '2026-11-24T09:00:00.000Z',
  action: 'record.export',
  outcome: 'allowed',
  actorId: '01a20a5b-6239-705d-b9f2-c38849688557',
  actorName: 'Bo',
  actorEmail: 'bo@example.com',
  actorKey: null,
  credential: 'bearer',
  address: '127.0.0.1',
  requestId: '01a20a5b-6239-705d-b9f2-c38849688558',
  resource: 'record/\u001b[31mred',
  resourceName: 'Move to \u001b[31mthe small model',
  details: {},
  logIndex: 7,
}
const stream: AuditStream = {
  id: event.id,
  name: 'siem',
  kind: 'webhook',
  endpoint: 'https://siem.example',
  state: 'failing',
  createdAt: event.occurredAt,
  createdBy: event.id,
  nextIndex: 5,
  lagEvents: 3,
  lagSeconds: 12,
  delivered: 4,
  lastDeliveredAt: null,
  failures: 2,
  lastError: 'the receiver answered 500',
  lastErrorAt: event.occurredAt,
  retryAt: event.occurredAt,
}

describe('P4.4: audit', () => {
  test('lists events by what is asked for; a day is its beginning, and no control character reaches the terminal', async () => {
    const { env, received } = await startStandIn({
      'GET /v1/audit-events': () => [200, { items: [event], nextCursor: null }],
    })
    const ran = await afterai(['audit', 'list', '--action', 'record.', '--from', '2026-11-01', '--oldest-first'], {
      env,
    })
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('record.export') as string })
    expect(ran.stdout).toMatch(/record\/\S+ +Move to \S*the small model +7$/m)
    expect(ran.stdout).not.toContain('\u001b')
    expect(Object.fromEntries(received[0]?.query ?? [])).toEqual({
      actionPrefix: 'record.',
      from: '2026-11-01T00:00:00.000Z',
      order: 'oldest',
    })
  })

  test('names who did it: a person, a key of somebody, AfterAI itself, nobody who is known; and of old events the id', async () => {
    const of = (more: Partial<AuditEventView>): AuditEventView => ({ ...event, ...more })
    const nameless = { actorName: null, actorEmail: null }
    const { env } = await startStandIn({
      'GET /v1/audit-events': () => [
        200,
        {
          items: [
            event,
            of({ actorName: 'ci-bot', actorEmail: null, actorKey: 'afterai_k3y', credential: 'api_key' }),
            of({ actorId: null, ...nameless, credential: 'system' }),
            of({ actorId: null, ...nameless, credential: 'password' }),
            of(nameless),
            of({ actorName: '\u001b[31mred' }),
          ],
          nextCursor: null,
        },
      ],
    })
    const { stdout } = await afterai(['audit', 'list'], { env })
    for (const who of [
      'Bo <bo@example.com>',
      'ci-bot (API key afterai_k3y…)',
      'AfterAI ',
      '(nobody known)',
      event.actorId,
    ])
      expect(stdout).toContain(who)
    expect(stdout).not.toContain('\u001b')
  })

  test('exports to a file of its owner alone, and doesn’t write over one', async () => {
    const { env } = await startStandIn({
      'GET /v1/audit-events/export':
        ({ query }) =>
        (response) =>
          response.end(`as ${query.get('format')}\n`),
    })
    const file = join(await temporaryFolder(), 'events.csv')
    const args = ['audit', 'export', '--format', 'csv', '--out', file]
    expect(await afterai([...args, '--quiet'], { env })).toMatchObject({ code: 0, stdout: `${file}\n` })
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['as csv\n', 0o600])
    writeFileSync(file, 'kept')
    expect((await afterai(args, { env })).code).toBe(1)
    expect(readFileSync(file, 'utf8')).toBe('kept')
    expect((await afterai([...args, '--force'], { env })).code).toBe(0)
  })

  test('writes the bundle of an event as it came', async () => {
    const { env } = await startStandIn({
      [`GET /v1/audit-events/${event.id}/bundle`]: () => (response) => response.end('{"b":1}'),
    })
    const file = join(await temporaryFolder(), 'event.json')
    expect((await afterai(['audit', 'prove', event.id, '--out', file], { env })).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('{"b":1}')
  })

  test('leaves no file of an export that was cut off', async () => {
    const { env } = await startStandIn({
      'GET /v1/audit-events/export': () => (response) => {
        response.writeHead(200, { 'content-type': 'application/jsonl' })
        response.write('half of it\n', () => response.destroy())
      },
    })
    const file = join(await temporaryFolder(), 'events.jsonl')
    const ran = await afterai(['audit', 'export', '--out', file], { env })
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('cut off') as string })
    expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, false])
  })

  test('refuses what is no time before anything is sent', async () => {
    const { env, received } = await startStandIn({})
    expect((await afterai(['audit', 'list', '--from', 'yesterday'], { env })).code).toBe(2)
    expect(received).toEqual([])
  })
})

describe('P4.4: audit-stream', () => {
  test('adds a destination and shows its key once', async () => {
    const { env, received } = await startStandIn({
      'POST /v1/audit-streams': () => [201, { ...stream, secret: 'whsec_x' }],
    })
    const args = ['audit-stream', 'add', 'siem', '--webhook', 'https://siem.example/x', '--from-beginning']
    expect(await afterai([...args, '--quiet'], { env })).toMatchObject({ code: 0, stdout: 'whsec_x\n' })
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      name: 'siem',
      kind: 'webhook',
      url: 'https://siem.example/x',
      startFrom: 'beginning',
    })
    const syslog = ['audit-stream', 'add', 'other', '--syslog', '[2001:db8::1]:6514']
    await afterai(syslog, { env })
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({ host: '2001:db8::1', port: 6514, transport: 'tls' })
    expect((await afterai(['audit-stream', 'add', 'nowhere'], { env })).code).toBe(2)
  })

  test('shows how far a destination is, and why it isn’t further', async () => {
    const { env } = await startStandIn({
      'GET /v1/audit-streams': () => [200, { items: [stream], nextCursor: null }],
      [`GET /v1/audit-streams/${stream.id}`]: () => [200, stream],
    })
    const ran = await afterai(['audit-stream', 'show', 'siem'], { env })
    expect(ran.stdout).toMatch(/^behind +3 entries, 12 s$/m)
    expect(ran.stdout).toContain('the receiver answered 500')
  })

  test('pauses, resumes, replays and removes by name', async () => {
    const path = `/v1/audit-streams/${stream.id}`
    const { env, received } = await startStandIn({
      'GET /v1/audit-streams': () => [200, { items: [stream], nextCursor: null }],
      [`POST ${path}/pause`]: () => [200, stream],
      [`POST ${path}/resume`]: () => [200, stream],
      [`POST ${path}/replay`]: () => [200, stream],
      [`DELETE ${path}`]: () => [204, undefined],
    })
    for (const args of [
      ['pause', 'siem'],
      ['resume', 'siem'],
      ['replay', 'siem', '--from', '0'],
      ['remove', 'siem'],
    ])
      expect((await afterai(['audit-stream', ...args], { env })).code).toBe(0)
    const sent = received.filter(({ path: asked }) => asked !== '/v1/audit-streams')
    expect(sent.map(({ method, path: asked, body }) => [method, asked.replace(path, ''), body])).toEqual([
      ['POST', '/pause', ''],
      ['POST', '/resume', ''],
      ['POST', '/replay', '{"fromIndex":0}'],
      ['DELETE', '', ''],
    ])
  })
})
