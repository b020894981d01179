import { actionsOfEveryRoute, actionsOfServer, auditActions } from '../packages/server/src/audit/actions.ts'
import { declaredBy } from '../packages/server/src/audit/route-audits.ts'
import { describeApi, type DescribedRoute } from '../packages/server/src/instance/api-description.ts'

/** `docs/reference/audit.md`: what each route leaves in the audit trail, and how the trail leaves the server. */
export async function auditReference(): Promise<string> {
  const { routes } = await describeApi()
  return `# Audit trail

<!-- Made from packages/server/src/audit/actions.ts and the server's routes by \`npm run generate\`; don't edit. -->

An event says who did what to which resource, by which kind of credential, from where, when, in which request, and how it ended:
\`allowed\`, \`denied\` or \`failed\`. It is written in the transaction of what it tells of: if it can't be written, the thing doesn't happen.
Where something is updated, \`details.stateBefore\` and \`details.stateAfter\` are SHA-256 digests of the canonical JSON (RFC 8785) of its
state before and after. Details are metadata; no event holds content or a credential.

\`actorId\` is in the log. Beside it an event keeps the name, the address and the prefix of the API key that its actor had then
(\`actorName\`, \`actorEmail\`, \`actorKey\`): they stay as they were when somebody takes another name or leaves, and no entry of the
log commits to them. AfterAI itself has no actor and the credential \`system\`; an attempt of nobody who is known has no actor either.
Beside the id of a resource stands what it is called now (\`resourceName\`): a name, a title, a label, of an assessment, a decision and a record that of their change; of a member who left, what they were called when they
last did something. It is looked up when the trail is read. The command line writes \`Bo <bo@example.com>\`, \`ci-bot (API key afterai_…)\`, \`AfterAI\` and \`(nobody known)\`.

Each event is an entry of the tenant's log. \`GET /v1/audit-events/:id\` gives the signed statement, the salt of its commitment and the
proof of inclusion; \`GET /v1/audit-events/:id/bundle\` puts them into one file of the form that records have. \`afterai audit prove\` writes
it, and \`afterai record verify\` checks it against keys that you trust, without a server.

## Reading is an event too

These reads are protected, each leaves an event in the transaction of the reading: the digest key, a record's content, a record's
bundle, the audit trail itself (list, single event, export). Other reads leave none, for the reasons below. A route that asks for a
permission leaves \`access.denied\` when the caller doesn't hold it, whatever it is. A credential of somebody that isn't let in leaves
\`credential.refuse\`, whose \`details.reason\` is \`revoked\`, \`expired\`, \`idle\`, \`disabled\` (its owner), \`suspended\` (the tenant),
\`cross_origin\` or \`too_many_requests\`: one a minute and process of the same, with \`details.untold\` for those before it that left none.

## What events say

${list(actionsOfEveryRoute)} are left by whatever route somebody isn't let in to; ${list(actionsOfServer)} without a request too, by
the server itself or by an operator on its machine; all others by the routes that the next table names.

| Event | What happened |
| --- | --- |
${Object.entries(auditActions)
  .map(([action, meaning]) => `| \`${action}\` | ${meaning} |`)
  .join('\n')}

## What each route leaves

A route that doesn't say which events it may leave, or why none, stops the server from starting.

| Route | Events | When it comes to nothing, or to a question |
| --- | --- | --- |
${routes.map(tableRow).join('\n')}

## Export

\`GET /v1/audit-events/export?format=jsonl|csv\` takes the filters of the list. It covers the log up to its size when it was asked for
(header \`afterai-log-size\`), in the order of the log; each row has the entry's id and its index. CSV is RFC 4180; what a spreadsheet would
take for a formula begins with an apostrophe.

## Streams to a SIEM

Each destination of a tenant has a cursor into the tenant's log. It moves when the receiver has accepted a batch, never before: events
arrive at least once and in order; after a failure some may come again, and are known by their \`id\`. One process sends to a destination
at a time. A destination that is down delays its own events and nothing else.

**The form.** One JSON object for each event: \`schema\` (\`afterai.audit/1\`), \`tenantId\`, \`logIndex\`, and the members of an event in the
API. Members may be added; none is removed or renamed without another \`schema\`.

**Webhooks** are as Standard Webhooks 1.0 has them: \`webhook-id\` (the same for each try of the same events), \`webhook-timestamp\`,
\`webhook-signature: v1,<Base64 of HMAC-SHA-256 over id.timestamp.body>\`. The body is \`{"type":"audit.events","streamId":…,"events":[…]}\`.
Any 2xx within 10 seconds is acceptance. Redirects aren't followed.

**Syslog** is RFC 5424, framed by octet counts, over TLS (RFC 5425) or TCP (RFC 6587): facility 13, severity 6, or 4 for what was denied
or failed; structured data \`[afterai@32473 …]\`; the message is a byte order mark and the event's JSON. Each batch has a connection of
its own. Syslog has no acknowledgement: a batch counts as accepted when the receiver, told that no more comes, has closed its side
without an error. What a receiver had read and then lost is not seen: replay it.

**Where they may lead.** Public addresses over https or TLS; networks that the operator names in \`AFTERAI_OUTBOUND_NETWORKS\`; this machine in
trial mode. Names are looked up, every address is checked, and the checked address is the one connected to.
`
}

function tableRow({ method, path, audits }: DescribedRoute): string {
  const route = `\`${method} ${path}\``
  if ('none' in audits) return `| ${route} | none | ${audits.none} |`
  const { events, instead } = declaredBy(audits)
  return `| ${route} | ${list(events)} | ${list(instead)} |`
}

function list(actions: readonly string[]): string {
  return actions.map((action) => `\`${action}\``).join(', ')
}
