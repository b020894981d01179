import { problems } from '../packages/contract/src/index.ts'

/** `docs/reference/errors.md`: every problem that the API answers with. */
export function errorsReference(): string {
  const entries = Object.entries(problems)
  return `# Errors

<!-- Made from packages/contract/src/problems.ts by \`npm run generate\`; don't edit. -->

Every error is \`application/problem+json\` (RFC 9457). \`code\` is stable and is what a program decides by; \`detail\` is for people and may
change. \`instance\` is the id of the request, which is also in the header \`x-request-id\`, the log and the audit trail.
\`errors\` lists faults by JSON pointer into the body (\`/querystring/…\`, \`/params/…\` and \`/headers/…\` for the others), or by their
place in an uploaded file. A status of 503 comes with \`Retry-After\`.

| Code | Status | Title |
| --- | --- | --- |
${entries.map(([code, [status, title]]) => `| [\`${code}\`](#${code}) | ${status} | ${title} |`).join('\n')}

${entries.map(([code, [status, title, remedy]]) => `## ${code}\n\n${status} ${title}.\n\n${remedy}`).join('\n\n')}
`
}
