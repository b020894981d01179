import { type AuditedRoute, by } from './audited-route.ts'
import type { StandingTable } from './audited-standing-routes.ts'
import { beginStory, type Story } from './standing-story.ts'

/** What people say of systems and changes. */
export function cardRows({ server, author, approver, fresh }: StandingTable): Record<string, AuditedRoute> {
  const begin = (): Promise<Story> => beginStory(server(), { author: author(), approver: approver() }, fresh('said'))
  return {
    'PUT /v1/systems/:name/card': {
      actions: ['system.set_card'],
      prepare: async () => {
        const { system } = await begin()
        return by(author(), 'PUT', `/v1/systems/${system}/card`, { purpose: 'Answers questions.' })
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
