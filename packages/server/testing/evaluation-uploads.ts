import type { Answer, Person, TestServer } from './test-server.ts'

/** The answer to an import, as tests read it. */
export interface Evaluation {
  id: string
  code: string
  cases: number
  errors: unknown
  sourceDigest: string
  dropped: { field: string; count: number }[]
  metrics: { name: string }[]
}

const types = { csv: 'text/csv', jsonl: 'application/x-ndjson', promptfoo: 'application/json' } as const

/** Uploads a file of results for somebody. */
export type Upload = (
  format: keyof typeof types,
  body: string | Buffer,
  parameters?: Record<string, string>,
) => Promise<Answer<Evaluation>>

/** An upload to a server. */
export function uploadAs(server: TestServer, { token }: Person): Upload {
  return (format, body, parameters = {}) => {
    const query = new URLSearchParams({ format, ...parameters }).toString()
    const headers = { 'content-type': types[format] }
    return server.send({ method: 'POST', path: `/v1/evaluations?${query}`, token, body, headers })
  }
}

/** A mapping of columns to scores of their names. */
export const mapping = (...columns: string[]): string =>
  JSON.stringify({ caseId: 'case_id', metrics: columns.map((name) => ({ name, column: name, kind: 'continuous' })) })
