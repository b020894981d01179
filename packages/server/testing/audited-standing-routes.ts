import { type AuditedRoute, by } from './audited-route.ts'
import { termsOf } from './planned-evaluations.ts'
import { beginStory, configurationAt, inDays, type Story } from './standing-story.ts'
import type { Person, TestServer } from './test-server.ts'

/** The server, people and names that the table of audited routes shares with its parts. */
export interface StandingTable {
  readonly server: () => TestServer
  readonly author: () => Person
  readonly approver: () => Person
  readonly fresh: (word: string) => string
}

/** What holds records against what runs, and the rules by which changes are decided. */
export function standingRows({ server, author, approver, fresh }: StandingTable): Record<string, AuditedRoute> {
  const begin = (): Promise<Story> => beginStory(server(), { author: author(), approver: approver() }, fresh('bot'))
  const undecided = async (): Promise<string> => {
    const story = await begin()
    await story.runs(0.1)
    return (await story.runs(0.2)) ?? ''
  }
  const decided = async (): Promise<{ story: Story; changeId: string; recordId: string }> => {
    const story = await begin()
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    await story.confirms(changeId)
    return { story, changeId, recordId: await story.decides(changeId, { conditions: ['Keep an eye on it'] }) }
  }
  const toAdmin = async () => ({ to: server().admin.accountId, until: inDays(1), reason: 'On leave.' })
  const envelope = {
    title: 'Small moves',
    environments: ['production'],
    clauses: [{ path: '/inference/temperature' }],
    until: inDays(30),
  }
  const proposed = async (): Promise<string> => {
    const request = { method: 'POST', path: '/v1/envelopes', token: author().token, body: envelope } as const
    return (await server().expectOk<{ id: string }>(request)).id
  }
  return {
    'POST /v1/changes/:id/implementation': {
      actions: ['change.implement'],
      prepare: async () => {
        const body = { system: (await begin()).system, title: 'Index rebuilt', changeTypes: ['retrieval'] }
        const request = { method: 'POST', path: '/v1/changes', token: author().token, body } as const
        const { id } = await server().expectOk<{ id: string }>(request)
        return by(author(), 'POST', `/v1/changes/${id}/implementation`, {})
      },
    },
    'POST /v1/changes/:id/end': {
      actions: ['change.end'],
      prepare: async () => {
        const body = {
          system: (await begin()).system,
          title: 'Index rebuilt',
          changeTypes: ['retrieval'],
          intent: 'observed',
        }
        const request = { method: 'POST', path: '/v1/changes', token: author().token, body } as const
        const { id } = await server().expectOk<{ id: string }>(request)
        return by(author(), 'POST', `/v1/changes/${id}/end`, {})
      },
    },
    'POST /v1/changes/:id/emergency': {
      actions: ['change.declare_emergency'],
      prepare: async () =>
        by(approver(), 'POST', `/v1/changes/${await undecided()}/emergency`, { reason: 'The provider is down.' }),
    },
    'POST /v1/changes/:id/verification': {
      actions: ['change.verify'],
      prepare: async () =>
        by(author(), 'POST', `/v1/changes/${await undecided()}/verification`, { evidence: 'Errors as before.' }),
    },
    'POST /v1/changes/:id/closure': {
      actions: ['change.close'],
      prepare: async () =>
        by(author(), 'POST', `/v1/changes/${(await decided()).changeId}/closure`, { code: 'successful' }),
    },
    'POST /v1/systems/:name/environments/:environment/baseline': {
      actions: ['environment.accept'],
      prepare: async () => {
        const story = await begin()
        await story.runs(0.1)
        const { fingerprint } = await story.standing()
        const path = `/v1/systems/${story.system}/environments/production/baseline`
        return by(approver(), 'POST', path, { fingerprint, reason: 'It has always run.' })
      },
    },
    'POST /v1/gate/summaries': {
      actions: ['gate.summarise'],
      prepare: async () => {
        const { story } = await decided()
        return by(author(), 'POST', '/v1/gate/summaries', { system: story.system, configuration: configurationAt(0.2) })
      },
    },
    'POST /v1/changes/:id/plans': {
      actions: ['plan.seal'],
      prepare: async () => {
        const caseDigest = `sha256:${'c'.repeat(64)}`
        return by(author(), 'POST', `/v1/changes/${await undecided()}/plans`, termsOf({ id: '', caseDigest }))
      },
    },
    'POST /v1/policies': {
      actions: ['policy.set'],
      prepare: async () => {
        const body = { system: (await begin()).system, rules: [{ decision: 'never' }], reason: 'A toy.' }
        return by(server().admin, 'POST', '/v1/policies', body)
      },
    },
    'POST /v1/delegations': {
      actions: ['delegation.create'],
      prepare: async () => by(approver(), 'POST', '/v1/delegations', await toAdmin()),
    },
    'POST /v1/delegations/:id/end': {
      actions: ['delegation.end'],
      prepare: async () => {
        const request = {
          method: 'POST',
          path: '/v1/delegations',
          token: approver().token,
          body: await toAdmin(),
        } as const
        const { id } = await server().expectOk<{ id: string }>(request)
        return by(approver(), 'POST', `/v1/delegations/${id}/end`, {})
      },
    },
    'POST /v1/envelopes': {
      actions: ['envelope.propose'],
      prepare: async () => by(author(), 'POST', '/v1/envelopes', envelope),
    },
    'POST /v1/envelopes/:id/approval': {
      actions: ['envelope.approve'],
      prepare: async () => by(approver(), 'POST', `/v1/envelopes/${await proposed()}/approval`, {}),
    },
    'POST /v1/envelopes/:id/revocation': {
      actions: ['envelope.revoke'],
      prepare: async () => by(approver(), 'POST', `/v1/envelopes/${await proposed()}/revocation`, {}),
    },
    'POST /v1/records/:id/findings': {
      actions: ['condition.find'],
      prepare: async () => {
        const { recordId } = await decided()
        const body = { condition: 'Keep an eye on it', outcome: 'met', note: 'Looked at it.' }
        return by(author(), 'POST', `/v1/records/${recordId}/findings`, body)
      },
    },
  }
}
