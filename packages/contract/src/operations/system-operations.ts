import type { Configuration } from '../configuration.ts'
import type { SystemCardView } from '../system-card.ts'
import type { System } from '../system.ts'
import { at, digests, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

/** A configuration before a change of its model. */
export const configurationBefore: Configuration = {
  model: { provider: 'acme', name: 'acme-large-2026-03' },
  prompts: [{ name: 'support', digest: digests.prompt, version: '14' }],
  inference: { temperature: 0.2, maxTokens: 800 },
  tools: [],
}
/** And after it. */
export const configurationAfter: Configuration = {
  ...configurationBefore,
  model: { provider: 'acme', name: 'acme-small-2026-10' },
}

const system: System = {
  id: ids.system,
  name: 'support-bot',
  title: 'Support bot',
  owner: 'Customer care',
  createdAt: at.opened,
  productionAssumedAt: null,
  environments: [
    {
      name: 'production',
      fingerprint: digests.before,
      firstSeenAt: at.opened,
      lastSeenAt: at.assessed,
      observations: 12,
    },
  ],
}

const card: SystemCardView = {
  system: 'support-bot',
  systemId: ids.system,
  version: 2,
  card: {
    purpose: 'Answers customers’ questions about orders.',
    owner: { kind: 'team', name: 'Customer care' },
    roles: ['deployer'],
    riskClass: 'limited',
    regimes: ['baseline', 'eu-ai-act-deployer'],
    dataClass: 'personal',
    vendor: 'Acme',
  },
  ownerName: 'Customer care',
  ownerIsMember: null,
  digest: digests.evidence,
  setAt: at.opened,
  setBy: ids.account,
  setByName: 'Ada',
}

/** Descriptions of the operations of systems, by route. */
export const systemOperations: Operations = {
  'GET /v1/systems': {
    id: 'listSystems',
    tag: 'Systems',
    summary: 'List the systems',
    parameters: pageParameters,
    answer: pageOf(system),
  },
  'POST /v1/systems': {
    id: 'createSystem',
    tag: 'Systems',
    summary: 'Register a system',
    once: true,
    body: { name: 'support-bot', title: 'Support bot', owner: 'Customer care' },
    answer: { ...system, environments: [] },
    problems: ['conflict'],
  },
  'GET /v1/systems/{name}': {
    id: 'getSystem',
    tag: 'Systems',
    summary: 'Read a system',
    parameters: { name: 'support-bot' },
    answer: system,
  },
  'GET /v1/systems/{name}/card': {
    id: 'getSystemCard',
    tag: 'Systems',
    summary: 'Read what people say of a system: its card',
    description:
      'The card in force, or `at` an instant, or a `version`. Version 0 is a card that nobody has filled in.',
    parameters: { name: 'support-bot', at: at.opened },
    answer: card,
  },
  'PUT /v1/systems/{name}/card': {
    id: 'setSystemCard',
    tag: 'Systems',
    summary: 'Say what a system is for, who owns it, and what it is under',
    description:
      'A whole card: what is left out is said by nobody from then on. Each version stays, and each is an event with what differs, before and after. `basedOn` is refused where another version is in force by now.',
    once: true,
    parameters: { name: 'support-bot' },
    body: { ...card.card, basedOn: 1 },
    answer: card,
    problems: ['not_found', 'conflict'],
  },
  'POST /v1/observations': {
    id: 'observe',
    tag: 'Systems',
    summary: 'Tell what systems run with',
    description:
      'Each observation says that a system was seen to run with a configuration. One that differs from the last opens a change. Prompts and tools are keyed digests, never text: take the key from `getDigestKey`.',
    once: true,
    body: {
      observations: [
        {
          id: ids.observation,
          system: 'support-bot',
          environment: 'production',
          configuration: configurationAfter,
          origin: 'ci',
          revision: '4f2a9c1',
        },
      ],
    },
    answer: {
      results: [{ id: ids.observation, outcome: 'changed', fingerprint: digests.after, changeId: ids.change }],
    },
    problems: ['not_found'],
  },
  'GET /v1/configurations/{fingerprint}': {
    id: 'getConfiguration',
    tag: 'Systems',
    summary: 'Read a configuration by its fingerprint',
    parameters: { fingerprint: digests.before },
    answer: { fingerprint: digests.before, configuration: configurationBefore, firstSeenAt: at.opened },
  },
  'GET /v1/digest-key': {
    id: 'getDigestKey',
    tag: 'Systems',
    summary: 'Read the key that prompts and tools are digested under',
    description:
      'Text is digested where it is, by HMAC-SHA-256 under this key, and never sent. Reading it is an audit event.',
    answer: {
      keyId: '4f2a9c1e7b3d8a60',
      key: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
      algorithm: 'hmac-sha256',
    },
  },
}
