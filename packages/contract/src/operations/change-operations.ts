import type { Change, Determinations } from '../change.ts'
import { at, digests, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'
import { configurationAfter, configurationBefore } from './system-operations.ts'

const risk = { severity: 'high', blastRadius: 'single_app', customerImpact: 'material' } as const

/** A change, as the examples tell it. */
export const change: Change = {
  id: ids.change,
  systemId: ids.system,
  system: 'support-bot',
  environment: 'production',
  status: 'pending',
  changeTypes: ['model'],
  intent: 'observed',
  changeClass: 'normal',
  title: 'Model acme-large-2026-03 became acme-small-2026-10',
  source: { origin: 'ci', revision: '4f2a9c1' },
  fingerprints: { before: digests.before, after: digests.after, change: digests.change },
  before: configurationBefore,
  after: configurationAfter,
  delta: [{ category: 'model', path: '/model/name', before: 'acme-large-2026-03', after: 'acme-small-2026-10' }],
  risk: null,
  authorId: ids.account,
  statusReason: null,
  mergedInto: null,
  duplicates: [],
  observations: 1,
  openedAt: at.opened,
  updatedAt: at.opened,
  digest: digests.evidence,
  authorName: 'Ada',
  authorEmail: 'ada@example.com',
  settledBy: null,
  settledByName: null,
  settledByEmail: null,
}
const settled = {
  ...change,
  settledBy: ids.account,
  settledByName: 'Ada',
  settledByEmail: 'ada@example.com',
  updatedAt: at.assessed,
}

/** What was said of a change, as the examples tell it. */
export const determined: Determinations = {
  determination: 'neither',
  items: [
    {
      id: ids.event,
      changeId: ids.change,
      determination: 'neither',
      reason: 'The intended purpose and the tested limits stay as they were.',
      determinedAt: at.assessed,
      determinedBy: ids.account,
      determinedByName: 'Ada',
    },
  ],
}

/** Descriptions of the operations of changes, by route. */
export const changeOperations: Operations = {
  'GET /v1/changes': {
    id: 'listChanges',
    tag: 'Changes',
    summary: 'List changes, newest first',
    parameters: { ...pageParameters, status: 'pending', system: 'support-bot' },
    answer: pageOf(change),
  },
  'POST /v1/changes': {
    id: 'recordChange',
    tag: 'Changes',
    summary: 'Record a change that people or a pipeline make',
    description:
      '`after` may be left out for what has no configuration, such as the data of a retrieval index. With `makeSystem`, a system of that name is made with it where there is none.',
    once: true,
    body: {
      system: 'support-bot',
      title: 'Move to the smaller model',
      changeTypes: ['model'],
      intent: 'proposed',
      after: configurationAfter,
      risk,
    },
    answer: { ...change, intent: 'proposed', title: 'Move to the smaller model', risk },
    problems: ['not_found'],
  },
  'GET /v1/changes/{id}': {
    id: 'getChange',
    tag: 'Changes',
    summary: 'Read a change',
    parameters: { id: ids.change },
    answer: change,
  },
  'POST /v1/changes/{id}/merge': {
    id: 'mergeChange',
    tag: 'Changes',
    summary: 'Merge a pending change into another that tells of the same thing',
    description:
      'It is dismissed as a duplicate and keeps its history; each names the other. When it began to run, and its evidence, count for the one that stays. A decided change can’t be merged away.',
    once: true,
    parameters: { id: ids.change },
    body: { into: ids.decision, reason: 'The pipeline and a person told of one deployment.' },
    answer: { ...settled, status: 'dismissed', mergedInto: ids.decision },
    problems: ['not_found', 'invalid_transition'],
  },
  'GET /v1/changes/{id}/determinations': {
    id: 'listDeterminations',
    tag: 'Changes',
    summary: 'Read what was said of a change in the words of regulators',
    description:
      'What holds, and all that was said, the newest first. `not_asked` until somebody says it. Not legal advice.',
    parameters: { id: ids.change },
    answer: determined,
  },
  'POST /v1/changes/{id}/determinations': {
    id: 'determineChange',
    tag: 'Changes',
    summary: 'Say whether a change is substantial, pre-determined, or neither',
    description:
      'It supersedes what was said before, which stays beside it. A record that is sealed later holds it. Not legal advice.',
    once: true,
    parameters: { id: ids.change },
    body: { determination: 'neither', reason: 'The intended purpose and the tested limits stay as they were.' },
    answer: determined,
    problems: ['not_found', 'invalid_transition'],
  },
  'POST /v1/changes/{id}/confirm': {
    id: 'confirmChange',
    tag: 'Changes',
    summary: 'Confirm that a change is one',
    once: true,
    parameters: { id: ids.change },
    body: { risk },
    answer: { ...settled, status: 'confirmed', risk },
    problems: ['invalid_transition'],
  },
  'POST /v1/changes/{id}/dismiss': {
    id: 'dismissChange',
    tag: 'Changes',
    summary: 'Dismiss a change',
    once: true,
    parameters: { id: ids.change },
    body: { reason: 'A rehearsal in the wrong environment.' },
    answer: { ...settled, status: 'dismissed', statusReason: 'A rehearsal in the wrong environment.' },
    problems: ['invalid_transition'],
  },
  'POST /v1/changes/{id}/implementation': {
    id: 'noteImplemented',
    tag: 'Changes',
    summary: 'Say that a change without a configuration runs now',
    description: 'One with a configuration runs once that is observed.',
    once: true,
    parameters: { id: ids.change },
    body: { revision: '4f2a9c1', at: at.sealed },
    answer: { ...settled, status: 'confirmed', changeTypes: ['retrieval'] },
    problems: ['invalid_transition'],
  },
  'POST /v1/changes/{id}/end': {
    id: 'noteEnded',
    tag: 'Changes',
    summary: 'Say that a change does not run any more',
    description:
      'Of what has no configuration, or is served by a provider. What is observed ends once something else is.',
    once: true,
    parameters: { id: ids.change },
    body: { at: at.sealed },
    answer: { ...settled, status: 'confirmed', changeTypes: ['retrieval'] },
    problems: ['invalid_transition'],
  },
  'PUT /v1/changes/{id}/risk': {
    id: 'setChangeRisk',
    tag: 'Changes',
    summary: 'Say how risky a change is',
    once: true,
    parameters: { id: ids.change },
    body: risk,
    answer: { ...change, risk },
    problems: ['invalid_transition'],
  },
}
