import { approve, assessedChange, proposalOf, recordedChange } from '../../packages/server/testing/lifecycle.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import type { ConsoleUnderTest } from './console-page.ts'

/** A workspace in which each page has something to show. */
export interface FilledWorkspace {
  readonly admin: Person
  /** Each page's address, by a name of its own. */
  readonly paths: ReadonlyMap<string, string>
}

/** Fills one: changes in each state, of systems with some history, with people, policies, keys and streams. */
export async function fillWorkspace(console: ConsoleUnderTest): Promise<FilledWorkspace> {
  const admin = await console.addPerson('admin', 'Ada Okafor')
  const author = await console.addPerson('member', 'Cy Mbeki')
  const approver = await console.addPerson('approver', 'Bo Lindqvist')
  const put = console.server.expectOk
  const post = <T = unknown>(path: string, body: unknown, { token }: Person = admin): Promise<T> =>
    put<T>({ method: 'POST', path, token, body })

  const recorded = await recordedChange(console.server, { author, approver: admin }, 'support-bot')
  const approved = await approvedWithCondition(console, { author, approver }, 'code-review')
  const proposed = await assessedChange(console.server, author, 'kb-writer')
  await post(`/v1/changes/${proposed.changeId}/decisions`, proposalOf(proposed.assessmentId), author)
  await post('/v1/systems', { name: 'voice-intake' })
  const pending = await post<{ id: string }>('/v1/changes', {
    system: 'voice-intake',
    title: 'Prompt “summary” shortened',
    changeTypes: ['prompt'],
    risk: { severity: 'medium' },
  })
  await post('/v1/changes', {
    system: 'voice-intake',
    // No browser finds a place to break it at.
    title: 'a_prompt_whose_name_never_ends_'.repeat(6),
    changeTypes: ['prompt'],
  })
  await post('/v1/views', {
    name: 'Undecided, open',
    query: 'view=open&verdict=inconclusive',
    columns: [],
    density: 'default',
    shared: true,
  })
  await post('/v1/service-accounts', { name: 'nightly evaluations', role: 'member' })
  await post('/v1/api-keys', { name: 'a pipeline', scopes: ['observation:write'] })
  const entries: readonly (readonly [name: string, path: string])[] = [
    ['home', '/'],
    ['changes', '/changes?view=all'],
    ['changes-none', '/changes?view=all&q=nothing-like-it'],
    ['change-new', '/changes/new'],
    ['life-pending', `/changes/${pending.id}`],
    ['life-proposed', `/changes/${proposed.changeId}`],
    ['life-approved', `/changes/${approved}`],
    ['life-recorded', `/changes/${recorded.changeId}`],
    ['assess', `/changes/${proposed.changeId}/assess`],
    ['report', `/changes/${recorded.changeId}/report`],
    ['systems', '/systems'],
    ['system', '/systems/support-bot'],
    ['evaluations', '/evaluations'],
    ['evaluation', `/evaluations/${recorded.baselineId}`],
    ['records', '/records'],
    ['record', `/records/${recorded.recordId}`],
    ['policy', '/policy'],
    ['policy-set', '/policy/set'],
    ['audit', '/audit'],
    ...[
      'profile',
      'security',
      'sessions',
      'workspaces',
      'members',
      'service-accounts',
      'keys',
      'providers',
      'streams',
    ].map((section) => [`settings-${section}`, `/settings/${section}`] as const),
    ['operate-tenants', '/operate/tenants'],
    ['health', '/health'],
    ['help-keys', '/help/keys'],
    ['device', '/device'],
    ['verify', '/verify'],
    ['nowhere', '/nowhere'],
  ]
  return { admin, paths: new Map(entries) }
}

/** A change that may run, for as long as a condition holds; answers its id. */
async function approvedWithCondition(
  console: ConsoleUnderTest,
  { author, approver }: { readonly author: Person; readonly approver: Person },
  system: string,
): Promise<string> {
  const { changeId, assessmentId } = await assessedChange(console.server, author, system)
  const { id } = await console.server.expectOk<{ id: string }>({
    method: 'POST',
    path: `/v1/changes/${changeId}/decisions`,
    token: author.token,
    body: {
      decision: 'act',
      decisionDetail: 'approve_with_conditions',
      justification: 'It is cheaper, and nothing that is asked often got worse.',
      assessmentIds: [assessmentId],
      conditions: ['Error rate under 2 % for 24 hours'],
    },
  })
  await approve(console.server, approver, id)
  return changeId
}
