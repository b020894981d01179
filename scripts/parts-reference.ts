import { configuration } from '../packages/contract/src/index.ts'

interface Schema {
  readonly type?: string
  readonly pattern?: string
  readonly description?: string
  readonly maxItems?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly $defs?: Readonly<Record<string, Schema>>
}

/** The forms of texts, by their pattern: which of the contract's primitives it is. */
const forms: readonly [sample: string, refused: string, form: string][] = [
  [`hmac-sha256:${'0'.repeat(16)}:${'0'.repeat(64)}`, 'a', 'keyed digest'],
  ['~a', '!', 'model’s name'],
  ['@a', 'a~', 'package’s name'],
  ['a!', '@a', 'version'],
  ['a', 'a~', 'name'],
]

function formOf({ type, pattern }: Schema): string {
  if (pattern === undefined) return type === 'integer' ? 'whole number' : (type ?? '')
  const form = new RegExp(pattern)
  return forms.find(([sample, refused]) => form.test(sample) && !form.test(refused))?.[2] ?? pattern
}

function rowsOf(path: string, { properties = {}, required = [] }: Schema): string[] {
  return Object.entries(properties).flatMap(([member, schema]) => {
    const at = path === '' ? member : `${path}.${member}`
    if (schema.items !== undefined) {
      return [
        `| \`${at}\` | a set, ${schema.maxItems} at most | ${schema.description ?? ''} |`,
        ...rowsOf(`${at}[]`, schema.items),
      ]
    }
    if (schema.properties !== undefined) return rowsOf(at, schema)
    const needed = required.includes(member) ? '' : ', optional'
    return [`| \`${at}\` | ${formOf(schema)}${needed} | ${schema.description ?? ''} |`]
  })
}

/** `docs/reference/configurations.md`, its table from the contract. */
export function partsReference(): string {
  const schema = configuration.toJSONSchema({ io: 'input' }) as Schema
  return `# What a configuration is

What a system runs with, as metadata: names, versions, numbers, and keyed digests where text could stand. No field takes a sentence. It is told by
[the SDK](sdk.md), [the command line](command-line.md#afterai-observe), the API, and in part by [telemetry](telemetry.md).

<!-- Generated from the contract; change packages/contract/src/configuration.ts or scripts/parts-reference.ts and run: npm run generate -->

| Field | Form | |
| --- | --- | --- |
${rowsOf('', schema.$defs?.['Configuration'] ?? schema).join('\n')}

A **name** is letters and digits of ASCII and \`. _ : @ / -\`, 128 at most, a letter or digit first; a **version** may also hold \`+ ~ !\`; a **package’s name** may begin with \`@\`. A
**model’s name** is what [a platform calls it](models.md). A **keyed digest** is HMAC-SHA-256 under your tenant's key: \`hmac-sha256:<key id>:<64 hex digits>\`. Sets have no order;
within one, no name is used twice. Tools are told apart by server and name: two servers may each have a \`search\`.

## Changes

Two configurations are compared value by value. Each difference has a kind, by the part that it is in:

| Part | Kind |
| --- | --- |
| \`model\` | \`model\`; what the provider serves under the name: \`vendor_blackbox\` |
| \`prompts\` | \`prompt\` |
| \`inference\` | \`inference\` |
| \`tools\` | \`tools\` |
| \`retrieval\` | \`retrieval\` |
| \`guardrails\` | \`guardrails\` |
| \`postProcessing\` | \`post_processing\` |
| \`infrastructure\` | \`infra\` |
| \`data\` | \`data\` |
| \`evaluation\` | \`eval\` |
| \`agent\`, \`flags\` | \`other\` |

An observation is the whole of what runs: a part that it leaves out is gone, and that is a change. Let one place observe an environment, with all that it runs with.

## Fingerprints

The fingerprint of a configuration is the SHA-256 of its canonical JSON (RFC 8785), sets sorted by name, tools by server first, with a member \`v\`. \`v\` is the first version that
knew all that is said: 1 where there are \`model\`, \`prompts\` (each with a digest), \`inference\` and \`tools\` (name, digest, version) alone, else 2. What is told empty is as if it weren't told. So a
configuration that was told before 2 came, and is told again in the same words, is the same configuration ([ADR 0040](../adr/0040-fingerprints-have-versions.md)).

## In a file

\`afterai observe --from\` and \`afterai ace create --after\` read YAML or JSON. A set is written by name; where the field would be a digest stands \`file\`, whose bytes are digested on your machine.
A text alone is the file; for a package it is the version, for a flag the variant.

\`\`\`yaml
model: { provider: acme, name: acme-large-2026-03 }
inference: { temperature: 0.2 }
prompts:
  support: prompts/support.txt
  refund: { file: prompts/refund.txt, version: v7 }
tools:
  findOrder: tools/find-order.json
agent: { name: support-bot, version: 1.4.0 }
retrieval:
  handbook: { version: 2026-10, embeddingModel: acme-embed-2, chunkSize: 800, chunkOverlap: 100, topK: 8, file: corpus/manifest.json }
guardrails:
  pii: { version: "3", file: policies/pii.yaml }
postProcessing:
  mask: scripts/mask.js
infrastructure:
  region: eu-west-1
  gateway: litellm
  gatewayVersion: 1.80.0
  packages: { openai: 6.1.0, "@acme/agents": 0.4.2 }
data:
  tickets: { version: "2026-10-01" }
evaluation:
  datasets: { golden: evals/golden.jsonl }
  judges: { strict: { model: acme-large-2026-03, file: evals/judge.txt } }
  scorers: { exact: { version: "2" } }
flags: { rerank: "on" }
mcp:
  handbook: { command: npx, args: [-y, "@acme/handbook-mcp"], env: [HANDBOOK_TOKEN] }
  tickets: { url: https://mcp.example.com/mcp, bearerFrom: TICKETS_TOKEN }
\`\`\`

Quote what YAML would take for something else: \`version: 1.10\` is the number 1.1, \`on\` is a word of its own in older YAML. A version that is a number is refused.

## MCP servers

\`afterai observe --mcp\` asks the servers that the file names, or those of \`--mcp-command NAME=COMMAND\` and \`--mcp-url NAME=URL\`, for their tools: by stdio or by Streamable HTTP, page by page,
with the handshake of the protocol's revisions up to 2025-11-25, or as 2026-07-28 has it where a server refuses that. Each tool becomes one of \`tools\`:

- \`digest\` is of the canonical JSON of its name, title, description, input schema and output schema. A description that changes while name and version stay is a change that names the tool.
- \`readOnly\`, \`destructive\`, \`idempotent\` and \`openWorld\` are what the server says of it in its annotations. Nobody checks that it is true.
- A name or a version that isn't of their form is told as \`tool-\` or \`version-\` and 16 digits of its keyed digest.

The server's instructions to the model are a prompt, \`mcp:NAME\`. A server that can't be asked fails the command, and nothing is told: without its tools the configuration would be another. For the same reason a file
that names servers wants \`--mcp\` or \`--no-mcp\`. \`--git\` asks none: what they offered then is not in the repository.

\`command\` runs in the file's folder, and gets of your environment \`PATH\`, \`HOME\` and the like, and the variables that \`env\` names; no others, such as AfterAI's credentials. \`bearerFrom\` names
the variable that holds a token. Plain http to another machine is refused without \`--insecure-http\`, and redirects aren't followed. An answer may take 60 s and hold 4 MiB, a server list 256 tools. What else it sends, and
its error output, isn't kept or shown.
`
}
