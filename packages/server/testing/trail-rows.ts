import type { Person, TestRequest, TestServer } from './test-server.ts'

interface TrailRow {
  readonly actions: readonly string[]
  readonly prepare: () => Promise<{ request: TestRequest; actorId: string; credential: string }>
}

/** Rows of the table of audited routes: those that read the trail, and those that manage where it is streamed to. */
export function trailRows(server: () => TestServer): Readonly<Record<string, TrailRow>> {
  let count = 0
  const newName = (): string => `stream-${(count += 1)}`
  const admin = (): Person => server().admin
  const by = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => ({
    request: { method, path, token: admin().token, ...(body === undefined ? {} : { body }) },
    actorId: admin().accountId,
    credential: 'bearer',
  })
  // Its receiver isn't there: nothing but the events of managing it is of interest here.
  const aStream = async (): Promise<string> => {
    const body = { kind: 'syslog', name: newName(), host: '127.0.0.1', port: 9, transport: 'tcp' }
    const { id } = await server().expectOk<{ id: string }>({
      method: 'POST',
      path: '/v1/audit-streams',
      token: admin().token,
      body,
    })
    await pauseAll()
    return id
  }
  // Past the API, so that what is sent in the background changes no row while a test compares the whole database.
  const pauseAll = async (): Promise<void> => {
    await server().owner.query('update audit_stream set paused_at = now(), lease_holder = null')
  }
  return {
    'GET /v1/audit-events': {
      actions: ['audit.read'],
      prepare: async () => by('GET', '/v1/audit-events?limit=1'),
    },
    'GET /v1/audit-events/:id': {
      actions: ['audit.read'],
      prepare: async () => {
        const { rows } = await server().owner.query<{ id: string }>('select id from audit_event where tenant_id = $1', [
          admin().tenant.id,
        ])
        return by('GET', `/v1/audit-events/${rows[0]?.id}`)
      },
    },
    'GET /v1/audit-events/:id/bundle': {
      actions: ['audit.export'],
      prepare: async () => {
        const { rows } = await server().owner.query<{ id: string }>(
          `select a.id from audit_event a join ledger_entry e on e.entry_id = a.id
           join ledger_checkpoint c on c.tenant_id = e.tenant_id and c.size > e.idx where a.tenant_id = $1 limit 1`,
          [admin().tenant.id],
        )
        return by('GET', `/v1/audit-events/${rows[0]?.id}/bundle`)
      },
    },
    'GET /v1/audit-events/export': {
      actions: ['audit.export'],
      prepare: async () => by('GET', '/v1/audit-events/export'),
    },
    'POST /v1/audit-streams': {
      actions: ['audit_stream.create'],
      prepare: async () => {
        const body = { kind: 'webhook', name: newName(), url: 'http://127.0.0.1:9/' }
        return by('POST', '/v1/audit-streams', body)
      },
    },
    'DELETE /v1/audit-streams/:id': {
      actions: ['audit_stream.remove'],
      prepare: async () => by('DELETE', `/v1/audit-streams/${await aStream()}`),
    },
    'POST /v1/audit-streams/:id/pause': {
      actions: ['audit_stream.pause'],
      prepare: async () => by('POST', `/v1/audit-streams/${await aStream()}/pause`),
    },
    'POST /v1/audit-streams/:id/resume': {
      actions: ['audit_stream.resume'],
      prepare: async () => by('POST', `/v1/audit-streams/${await aStream()}/resume`),
    },
    'POST /v1/audit-streams/:id/replay': {
      actions: ['audit_stream.replay'],
      prepare: async () => by('POST', `/v1/audit-streams/${await aStream()}/replay`, { fromIndex: 0 }),
    },
  }
}
