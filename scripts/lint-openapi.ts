import { createConfig, lintFromString } from '@redocly/openapi-core'

/** A finding of a linter in an OpenAPI description. */
export interface ApiFinding {
  readonly severity: string
  readonly rule: string
  readonly place: string
  readonly message: string
}

/**
 * Holds a description against Redocly's recommended rules, and each example in it against its schema. By its library rather than its
 * program, which tells its makers that it ran.
 */
export async function lintOpenapi(text: string): Promise<ApiFinding[]> {
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      'no-invalid-media-type-examples': 'error',
      'no-invalid-parameter-examples': 'error',
      'no-invalid-schema-examples': 'error',
    },
  })
  const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config })
  return problems.map(({ severity, ruleId, message, location: [place] }) => ({
    severity,
    rule: ruleId,
    place: place?.pointer ?? '',
    message,
  }))
}
