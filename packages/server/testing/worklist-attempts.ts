import type { TestRequest } from './test-server.ts'

interface Belongings {
  readonly system: string
  readonly changeId: string
  readonly recordId: string
}

type Attempt = (of: Belongings) => TestRequest

/** Lists of what people work through, whose answers must name nothing of another tenant. */
export const worklists = ['change-rows', 'system-rows', 'inbox'] as const

/** Attempts on what another tenant works through: rows, dossiers and documents. */
export function worklistAttempts(): Readonly<Record<string, Attempt>> {
  return {
    'changes of a system': (it) => ({ path: `/v1/changes?system=${it.system}` }),
    'evaluations of a system': (it) => ({ path: `/v1/evaluations?system=${it.system}` }),
    'its dossier': (it) => ({ path: `/v1/changes/${it.changeId}/dossier` }),
    'rows of changes of a system': (it) => ({ path: `/v1/change-rows?system=${it.system}` }),
    'how many changes a system has': (it) => ({ path: `/v1/change-rows/count?system=${it.system}` }),
    'a row of their system': (it) => ({ path: `/v1/system-rows?q=${it.system}` }),
    'searching their change': (it) => ({ path: `/v1/search?q=${it.changeId}` }),
    'searching their record': (it) => ({ path: `/v1/search?q=${it.recordId}` }),
    'record as a document': (it) => ({ path: `/v1/records/${it.recordId}/document` }),
    'records of a system': (it) => ({ path: `/v1/records?system=${it.system}` }),
    'decisions of a system': (it) => ({ path: `/v1/decisions?system=${it.system}` }),
  }
}
