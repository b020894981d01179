import type { ChangeRow } from '../change-row.ts'
import type { Dossier } from '../change-dossier.ts'
import { assessment, sealed } from './assessment-operations.ts'
import { change, determined } from './change-operations.ts'
import { decision } from './decision-operations.ts'
import { type Inbox, inboxKinds } from '../inbox.ts'
import { at, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'
import type { SystemRow } from '../system-row.ts'
import { life } from './standing-operations.ts'

/** A change in a row, as the examples tell it. */
const row: ChangeRow = {
  id: ids.change,
  title: 'model acme-large-2026-03 → acme-small-2026-10',
  system: 'support-bot',
  environment: 'production',
  changeTypes: ['model'],
  changeClass: 'normal',
  origin: 'ci',
  status: 'confirmed',
  intent: 'observed',
  stage: 'running',
  decision: 'proposed',
  running: 'runs',
  severity: 'high',
  verdict: 'regression',
  assessmentId: ids.assessment,
  decisionId: ids.decision,
  recordId: null,
  emergency: false,
  authorId: ids.account,
  authorName: 'Ada',
  awaitingMe: true,
  openedAt: at.opened,
  updatedAt: at.proposed,
}
const inbox: Inbox = {
  items: [
    {
      kind: 'approve',
      row,
      title: row.title,
      system: 'support-bot',
      environment: 'production',
      changeId: ids.change,
      decisionId: ids.decision,
      since: at.proposed,
      due: at.expires,
      note: 'an approver',
      cause: null,
    },
  ],
  counts: { ...(Object.fromEntries(inboxKinds.map((kind) => [kind, 0])) as Inbox['counts']), approve: 1 },
  capped: false,
}
const systemInRow: SystemRow = {
  name: 'support-bot',
  owner: 'Customer care',
  environments: [{ environment: 'production', standing: 'awaiting', since: at.opened }],
  openChanges: 1,
  lastChange: { id: ids.change, title: row.title, openedAt: at.opened },
}
const filters = {
  system: 'support-bot',
  environment: 'production',
  type: 'model',
  verdict: 'regression',
  severity: 'high',
  class: 'normal',
  origin: 'ci',
  author: ids.account,
  stage: 'running',
  status: 'confirmed',
  decision: 'proposed',
  open: 'true',
  emergency: 'false',
  awaiting: 'me',
  from: at.opened,
  to: at.expires,
  q: 'acme',
} as const

const dossier: Dossier = {
  change,
  life,
  assessments: [assessment],
  decisions: [decision],
  records: [{ id: ids.record, decisionId: ids.decision, number: 41, sealedAt: at.sealed, state: 'integrated' }],
  gate: {
    open: false,
    answer: 'undecided',
    cause: 'undecided',
    reason: 'nothing decided covers it, and the policy wants a decision before it runs',
    since: null,
    needs: `afterai approve ${ids.decision}`,
    changeId: ids.change,
    changeTitle: change.title,
    recordId: null,
    decidedAt: null,
    decidedBy: [],
    validUntil: null,
  },
  findings: [],
  emergency: null,
  plans: [sealed],
  determinations: determined,
  history: [{ at: at.opened, action: 'change.open', actorName: 'Ada', text: 'It was opened, by ci.' }],
  people: { [ids.account]: 'Ada', [ids.approver]: 'Bo' },
  reader: {
    mayConfirm: true,
    mayAssess: true,
    mayPropose: true,
    mayApprove: false,
    mayClose: false,
    mayDeclareEmergency: true,
    mayNot: { mayApprove: 'The author of a decision cannot approve it.' },
  },
}

/** Descriptions of the operations of what people work through, by route. */
export const worklistOperations: Operations = {
  'GET /v1/change-rows': {
    id: 'listChangeRows',
    tag: 'Changes',
    summary: 'List changes in rows, with how far each has come',
    description:
      'Newest first, without configurations. Looking for what fits ends after eighty changes for each of `limit` (forty with `q`): a page may be short, or empty, while `nextCursor` goes on. The stage is the life’s.',
    parameters: { ...pageParameters, ...filters },
    answer: pageOf(row),
  },
  'GET /v1/change-rows/count': {
    id: 'countChangeRows',
    tag: 'Changes',
    summary: 'Count changes, by the same filters',
    description:
      'Up to 10,000, among the newest 50,000 that are looked at; with `awaiting`, up to 500 that may wait. `capped` says that there may be more.',
    parameters: filters,
    answer: { count: 12, capped: false },
  },
  'GET /v1/system-rows': {
    id: 'listSystemRows',
    tag: 'Systems',
    summary: 'List systems in rows, with whether what runs may run',
    description:
      'Newest first. It needs the permissions to read systems, changes and decisions. Looking for what fits ends after eighty systems for each of `limit`: a page may be short while `nextCursor` goes on.',
    parameters: { ...pageParameters, q: 'support' },
    answer: pageOf(systemInRow),
  },
  'GET /v1/search': {
    id: 'search',
    tag: 'Changes',
    summary: 'Find changes, systems, records and people',
    description:
      'Changes by their titles, systems by their names and titles, people by their names: a part of them, in whichever case, among the newest 5,000 of each. Changes and records by the beginning of their ids, of all. Each kind for who may read it, eight at most.',
    parameters: { q: 'acme' },
    answer: {
      items: [{ kind: 'change', id: ids.change, title: row.title, hint: 'support-bot · production' }],
    },
  },
  'GET /v1/inbox': {
    id: 'getInbox',
    tag: 'Changes',
    summary: 'List what waits for whoever asks',
    description:
      'By what they may do, and for approvals by the policy. What is overdue or runs as it must not comes first, then what is due within a day or is an emergency; of those alike, what has waited longest.',
    answer: inbox,
  },
  'GET /v1/changes/{id}/dossier': {
    id: 'getDossier',
    tag: 'Changes',
    summary: 'Read all of one change, for one page',
    description:
      'It needs the permissions to read changes, assessments, decisions and records. Its history is what happened to the change, as everybody who works with it may see; `reader` is what whoever asks may do now.',
    parameters: { id: ids.change },
    answer: dossier,
  },
}
