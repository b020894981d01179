import { allowedAttributes, longestText, vocabularies } from '../packages/server/src/capture/gate/attribute-table.ts'
import { requestOperations } from '../packages/server/src/capture/call.ts'
import { droppedNames } from '../packages/server/src/capture/gate/dropped-names.ts'
import { refusals } from '../packages/server/src/capture/gate/finish-reasons.ts'
import { parameterMembers, usageMembers } from '../packages/server/src/capture/gate/json-members.ts'
import { reasons, remarks } from '../packages/server/src/capture/otlp/answers.ts'
import type { ValueKind } from '../packages/server/src/capture/gate/slots.ts'

const kinds: Readonly<Record<ValueKind, string>> = {
  name: 'a name: letters, digits and `. _ : @ / -`, 128 at most',
  version: 'a version: letters, digits and `. _ : @ / + ~ ! -`, 128 at most; `unknown` and the like are none',
  model:
    'the name of a model: letters, digits and `. _ : @ / ~ + # ( ) [ ] \\ -`, 256 at most; `None`, `null`, `unknown` and the like are none',
  evaluation: 'a name, or up to three words; a score with another name is refused',
  service: 'what people call it; see [names](#names)',
  environment: 'what people call it; see [names](#names)',
  agent: 'what people call it; see [names](#names)',
  route: 'a template of an address; `{id}` becomes `:id`; see [names](#names)',
  operation: 'one of a closed list of words',
  finishReason: 'one of a closed list of words, or a list of them: a refusal, or else the first; another is `unknown`',
  verdict: 'one of a closed list of words; counts where the value is no number',
  level: 'one of a closed list of words',
  number: 'a finite number, also as text',
  integer: 'a whole number, also as text',
  digest: 'text, kept as a keyed digest alone',
  parametersJson: 'JSON, of which the members below are read',
  usageJson: 'JSON, of which the members below are read and added',
  presence: 'that it is there',
}

const naming = `What people call a service, an environment, an agent or a route is kept as it is where it is a name that every door takes: letters and digits
of ASCII and \`. _ : @ / -\`, 128 at most, a letter or digit first. Any other becomes one by this rule:

1. It is put into Unicode's form NFC, and the spaces around it are taken off. That is the name whose identity counts: case counts, and so does every space within.
2. What is empty, longer than 128 characters or of more than four words, or holds control characters or line breaks, isn't a name. It is refused, below.
3. Marks are taken off letters (\`é\` is \`e\`), and each run of other characters becomes a \`-\`. Where nothing is left, the word \`service\`,
   \`environment\`, \`agent\` or \`route\` stands for it.
4. A \`-\` and the first ten hexadecimal digits of the SHA-256 of the name of step 1 are put behind it, so that two names never become one.

\`QA West\` is \`QA-West-0f74e1e61a\`, and that is what \`--environment\` of the command line and every other door takes: they refuse what isn't a name. The digits:
\`printf %s 'QA West' | sha256sum | cut -c1-10\`. Letters of other scripts than Latin aren't written in another one: set an attribute that is a name,
or look for the digits. \`none\`, \`overflow\` and \`telemetry-overflow\` are names of AfterAI's own, and get digits too.

A template of an address loses the \`/\` before it, and \`{id}\`, \`<id>\`, \`(id)\` become \`:id\`, \`*\` becomes \`:any\` and \`*path\` \`:path\`: these are ways to write
the same. A service that its SDK calls \`unknown_service:\` and a path is known by the program alone, and what names no service is \`unknown_service\`.

Where none of OpenTelemetry's names for the environment is told, other spellings and names of it are read (\`env\`, \`Deployment.Environment\`, \`DEPLOYMENT_ENV\`, \`service.environment\`): those in the table below, in any
case and with any of \`.\`, \`_\`, \`-\` or nothing between their words; those of the resource first, and last those of a stage (\`stage\`, \`deployment.stage\`), which count of a resource alone. \`NODE_ENV\` and its like
say how a program was built, and are no environments.

What names no environment counts as \`production\`, and \`productionAssumedAt\` of the system tells when that was first done. An environment
that is named and can't be read never does: what says so is refused.`

const answering = `An answer of \`{}\` (in protobuf, an empty one) means that all that looked like a request, a measurement or a score was kept whole. Otherwise
\`partialSuccess\` has one message: how many spans, points or records were refused, and why; then of how many that were taken something
isn't kept. The second alone comes without a count, as [OTLP](https://opentelemetry.io/docs/specs/otlp/#partial-success-1) has it. Values are never in it. The answer to a retry is the first one's.

| Refused | Because |
| --- | --- |
${rows(reasons)}

| Taken, but told | |
| --- | --- |
${rows(remarks)}

What is none of these passes in silence: spans of other work, other metrics and other log records, members of JSON that are new, histograms that counted nothing,
and attributes that aren't in the tables; [the counts](#names-under-which-dropped-things-are-counted) have the last.

Refused as a whole with 400: what isn't OTLP, what is packed twice or lacks its \`Content-Encoding\`, JSON that is sent as protobuf or the other way round, and
JSON that holds another signal's list or none. JSON may be written in protobuf's own names (\`resource_spans\`) and in those of OTLP before 0.16
(\`instrumentationLibrarySpans\`), values without their wrapping (\`"value": "x"\`), and integers of 64 bits as text, as numbers or as \`{"low": 0, "high": 0}\`.

A time in JSON may also stand under another name (\`startTime\`, \`end_time\`, \`timestamp\` of a point or a record), and be a text with its zone as RFC 3339 has it, \`[seconds, nanoseconds]\`,
\`{"seconds": 0, "nanos": 0}\`, or a number of seconds, milliseconds, microseconds or nanoseconds, which between 2001 and 2286 differ in how many digits they have. A time that could be
another one (without a zone, in a unit that its name denies, under a name that isn't known) refuses what it is of. What tells no time at all counts at the time of its arrival, which the answer says. A status may be its code alone, and
ids be in hexadecimal, with \`0x\` or dashes, or in base64.

An attribute without a value (\`{}\`, \`null\`) counts as not told, except that of a service or an environment: those are told and can't be read. So is a resource in JSON that is no object, lacks its
\`attributes\`, has attributes as members of its own, or stands under another name: what comes from it is refused.`

function rows(table: Readonly<Record<string, string>>): string {
  return Object.entries(table)
    .map(([reason, words]) => `| \`${reason}\` | ${words} |`)
    .join('\n')
}

/** `docs/reference/telemetry.md`: every attribute that may pass the edge, and every name under which others are counted. */
export function telemetryReference(): string {
  return `# Telemetry

<!-- Generated by \`npm run generate\` from packages/server/src/capture/gate/; don't edit. -->

What comes in by OpenTelemetry (\`POST /v1/traces\`, \`/v1/metrics\`, \`/v1/logs\`) passes a gate before anything else sees it. An attribute that
isn't in the first table is dropped unread: its value is never queued, logged or stored. In protobuf it isn't made a string either; a body in
JSON is parsed whole, in memory, and let go once it is read. Dropped as well is a value of another type, of another form, or of more than ${longestText} bytes. Events, links, status messages, trace states, key-value lists, bodies of logs, exemplars and
unknown fields are dropped as a whole. Of several attributes for the same thing the first of the table wins; of two with the same name, the
first that came: nothing of the second is read, whether the first could be kept or not.

The vocabularies are OpenTelemetry's [conventions for GenAI](https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/), those of
Traceloop, [OpenInference](https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md), Langfuse and Vercel's AI SDK.

## Names

${naming}

## Answers

${answering}

## Attributes that pass

| Attribute | Kept as | Must be |
| --- | --- | --- |
${allowedAttributes.map(({ name, slot, kind }) => `| \`${name}\` | ${slot} | ${kinds[kind]} |`).join('\n')}

Words: ${Object.entries(vocabularies)
    .map(([kind, words]) => `*${kind}*: ${words.map((word) => `\`${word}\``).join(', ')}`)
    .join('; ')}.

Of finish reasons, a refusal is one of ${[...refusals].map((word) => `\`${word}\``).join(', ')}; the others aren't. Case and what stands
between words don't matter (\`ContentFilter\`, \`CONTENT-FILTER\`); members of an enumeration (\`FinishReason.SAFETY\`), lists in text (\`["stop"]\`) and joined ones (\`stop,content_filter\`) are read as well.

## Spans that are requests

A span with one of these operations (\`gen_ai.operation.name\`, else \`llm.request.type\`) is a request to a model: ${[
    ...requestOperations,
  ]
    .map((word) => `\`${word}\``)
    .join(
      ', ',
    )}. With any other operation it is none, whatever it tells: tokens of one of the words above are counted as dropped; a word that isn't there, beside a model or tokens, is refused. Before that, \`ai.operationId\` decides
(\`doGenerate\`, \`doStream\`, \`doEmbed\`, \`doRerank\`); where there is neither, \`openinference.span.kind\` (\`LLM\`, \`EMBEDDING\`, \`RERANKER\`), then \`langfuse.observation.type\`
(\`generation\`, \`embedding\`); and where there is none of them, a span that names the requested model is one. Points of metrics whose operation is another one don't count either.

Of spans that describe the same request the innermost counts: [which do](../guides/telemetry.md#requests-that-are-told-of-twice). To find them, hashes of the trace's id, the span's and its
parent's, of the scope's name, and the times of the span are kept in the database for ten minutes, and until the next spans
come; the ids and the name themselves aren't.

## Members of JSON that pass

| Member | Kept as |
| --- | --- |
${Object.entries({ ...parameterMembers, ...usageMembers })
  .map(([member, slot]) => `| \`${member}\` | ${slot} |`)
  .join('\n')}

## Names under which dropped things are counted

A name can carry content, so it is never taken from what a client sends: what isn't listed counts under its namespace, or as \`other\`.
\`afterai telemetry dropped\` shows the counts.

${droppedNames.map((name) => `- \`${name}\``).join('\n')}
`
}
