import { type AuditedRoute, by } from './audited-route.ts'
import type { StandingTable } from './audited-standing-routes.ts'
import { beginStory, type Story } from './standing-story.ts'

async function describedChange({ post, system }: Story): Promise<string> {
  const body = { system, title: 'The temperature goes up', changeTypes: ['inference'] }
  return (await post<{ id: string }>('/v1/changes', body)).body.id
}

/** What people say of systems and changes. */
export function cardRows({ server, author, approver, fresh }: StandingTable): Record<string, AuditedRoute> {
  const begin = (): Promise<Story> => beginStory(server(), { author: author(), approver: approver() }, fresh('said'))
  const view = { name: 'Mine', query: 'status=pending', columns: ['title'], density: 'default', shared: false }
  const kept = async (): Promise<string> => {
    const request = { method: 'POST', path: '/v1/views', token: author().token, body: view } as const
    return (await server().expectOk<{ id: string }>(request)).id
  }
  return {
    'PUT /v1/me/preferences': {
      actions: ['preferences.set'],
      prepare: async () =>
        by(author(), 'PUT', '/v1/me/preferences', {
          timeZone: null,
          density: 'default',
          theme: 'dark',
          letterKeys: true,
          notesSeen: [],
        }),
    },
    'POST /v1/views': { actions: ['view.create'], prepare: async () => by(author(), 'POST', '/v1/views', view) },
    'PUT /v1/views/:id': {
      actions: ['view.change'],
      prepare: async () => by(author(), 'PUT', `/v1/views/${await kept()}`, { ...view, name: 'Ours', shared: true }),
    },
    'DELETE /v1/views/:id': {
      actions: ['view.remove'],
      prepare: async () => by(author(), 'DELETE', `/v1/views/${await kept()}`),
    },
    'PUT /v1/systems/:name/card': {
      actions: ['system.set_card'],
      prepare: async () => {
        const { system } = await begin()
        return by(author(), 'PUT', `/v1/systems/${system}/card`, { purpose: 'Answers questions.' })
      },
    },
    'POST /v1/changes/:id/merge': {
      actions: ['change.merge'],
      prepare: async () => {
        const story = await begin()
        await story.runs(0.1)
        const into = await story.plans(0.2)
        const changeId = await describedChange(story)
        return by(author(), 'POST', `/v1/changes/${changeId}/merge`, { into, reason: 'One deployment.' })
      },
    },
    'POST /v1/changes/:id/determinations': {
      actions: ['change.determine'],
      prepare: async () => {
        const changeId = await (await begin()).plans(0.2)
        const body = { determination: 'neither', reason: 'A setting.' }
        return by(author(), 'POST', `/v1/changes/${changeId}/determinations`, body)
      },
    },
  }
}
