import { createWriteStream, existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { auditEventView, auditExportFormats, type AuditEventView, provedAuditEventView } from '@afterai/contract'
import { Option, type Command } from 'commander'
import type { ListOptions } from '../api/api.ts'
import { CommandFailure } from '../command-failure.ts'
import { actor } from '../terminal/person.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { during, online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface FilterOptions {
  readonly action?: string
  readonly outcome?: AuditEventView['outcome']
  readonly actor?: string
  readonly resource?: string
  readonly credential?: string
  readonly request?: string
  readonly from?: string
  readonly to?: string
}

/** `audit`: who did what, and when. */
export function addAuditCommands(program: Command, mount: Mount): void {
  const audit = program.command('audit').description('The audit trail: who did what, by which credential, from where.')

  withFilters(
    withPaging(
      serverLeaf(audit, 'list', {
        description: 'List events, newest first.',
        examples: [
          'afterai audit list',
          'afterai audit list --outcome denied --from 2026-11-01',
          'afterai audit list --action record. --oldest-first --all --json',
        ],
      }),
    ),
  )
    .option('--oldest-first', 'begin with the oldest')
    .action(online(mount, listEvents))

  serverLeaf(audit, 'show <id>', {
    description: 'Show one event, and where it stands in the log. With --json: the signed statement and its proof too.',
    summary: 'Show one event.',
    examples: ['afterai audit show 019ab3c4-5b6c-7d8e-9fa0-b1c2d3e4f506 --json'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      out.answer(await api.call('getAuditEvent', provedAuditEventView, { path: { id: given } }), { lines: eventLines })
    }),
  )

  withQuiet(
    serverLeaf(audit, 'prove <id>', {
      description:
        'Write the bundle with which anybody can verify an event, without AfterAI: see `afterai record verify`.',
      examples: ['afterai audit prove 019ab3c4-5b6c-7d8e-9fa0-b1c2d3e4f506 --out event.json'],
    }),
    'the path of the bundle',
  )
    .option('--out <file>', 'where to (default: event-ID.json)')
    .option('--force', 'write over a file that exists')
    .action(
      online(mount, async ({ api, out }, given: string, options: { out?: string; force?: boolean }) => {
        const path = options.out ?? `event-${given}.json`
        const body = await api.open('exportAuditEvent', { path: { id: given } })
        await writeWhole(path, body, options.force === true)
        out.answer({ json: { file: path }, value: path }, { lines: () => [`wrote ${path}`], quiet: () => [path] })
      }),
    )

  withFilters(
    withQuiet(
      serverLeaf(audit, 'export', {
        description: 'Write events to a file, in the order of the log, each with its place there.',
        examples: [
          'afterai audit export --format csv --from 2026-10-01 --to 2026-11-01 --out october.csv',
          'afterai audit export --action session. --out sessions.jsonl',
        ],
      }),
      'the path of the file',
    ),
  )
    .addOption(new Option('--format <format>', 'form of the file').choices(auditExportFormats).default('jsonl'))
    .option('--out <file>', 'where to (default: audit-events.FORMAT)')
    .option('--force', 'write over a file that exists')
    .action(online(mount, exportEvents))
}

function withFilters(command: Command): Command {
  return command
    .option('--action <action>', 'what was done; ending with a dot, all that begin so')
    .addOption(new Option('--outcome <outcome>', 'how it ended').choices(['allowed', 'denied', 'failed']))
    .option('--actor <id>', 'who did it')
    .option('--resource <resource>', 'what it was done to, such as record/ID')
    .option('--credential <kind>', 'by what: cookie, bearer, api_key, password, …')
    .option('--request <id>', 'in which request')
    .option('--from <time>', 'from this day or instant on')
    .option('--to <time>', 'before this day or instant')
}

async function listEvents(
  { api, out }: ServerContext,
  options: FilterOptions & ListOptions & { readonly oldestFirst?: boolean },
): Promise<void> {
  const order = options.oldestFirst === true ? ('oldest' as const) : ('newest' as const)
  out.answer(await api.list('listAuditEvents', auditEventView, options, { query: { ...toQuery(options), order } }), {
    lines: ({ items }) =>
      table(
        ['time', 'action', 'outcome', 'actor', 'credential', 'address', 'resource', 'name', 'index'],
        items.map((it) => [
          it.occurredAt,
          it.action,
          it.outcome,
          actor(it),
          it.credential,
          it.address === null ? null : printable(it.address),
          it.resource === null ? null : printable(it.resource),
          it.resourceName === null ? null : printable(it.resourceName),
          it.logIndex,
        ]),
      ),
    quiet: ({ items }) => items.map(({ id }) => id),
  })
}

function eventLines(event: AuditEventView): string[] {
  return properties([
    ['event', event.id],
    ['time', event.occurredAt],
    ['action', event.action],
    ['outcome', event.outcome],
    ['actor', actor(event)],
    ['actor id', event.actorId],
    ['credential', event.credential],
    ['address', event.address && printable(event.address)],
    ['request', event.requestId],
    ['resource', event.resource && printable(event.resource)],
    ['name', event.resourceName && printable(event.resourceName)],
    ['log', event.logIndex === null ? 'waits for the log' : `index ${event.logIndex}`],
    ['details', printable(JSON.stringify(event.details))],
  ])
}

async function exportEvents(
  context: ServerContext,
  { format, out: given, force, ...filter }: FilterOptions & { format: 'jsonl' | 'csv'; out?: string; force?: boolean },
): Promise<void> {
  const path = given ?? `audit-events.${format}`
  const { api, out } = context
  const query = { ...toQuery(filter), format }
  await during(context, 'Exporting', async () =>
    writeWhole(path, await api.open('exportAuditEvents', { query }), force === true),
  )
  out.answer({ json: { file: path }, value: path }, { lines: () => [`wrote ${path}`], quiet: () => [path] })
}

/** The file has its name only once it is whole: what a broken connection left behind isn't taken for an export. */
async function writeWhole(path: string, body: ReadableStream<Uint8Array<ArrayBuffer>>, force: boolean): Promise<void> {
  const part = `${path}.part`
  if (!force) refuseExisting(path)
  try {
    await pipeline(Readable.fromWeb(body as never), createWriteStream(part, { mode: 0o600 }))
    await rename(part, path)
  } catch (cause) {
    await rm(part, { force: true })
    throw new CommandFailure('failed', `The export was cut off; ${path} is not written.`, { cause })
  }
}

function refuseExisting(path: string): void {
  if (existsSync(path))
    throw new CommandFailure('failed', `${path} exists.`, { remedy: 'Give --force to write over it.' })
}

function toQuery({ action, outcome, actor, resource, credential, request, from, to }: FilterOptions) {
  const isPrefix = action?.endsWith('.') === true
  return {
    action: isPrefix ? undefined : action,
    actionPrefix: isPrefix ? action : undefined,
    outcome,
    actorId: actor,
    resource,
    credential,
    requestId: request,
    from: from && toInstant(from),
    to: to && toInstant(to),
  }
}

/** A day is its beginning in UTC. @throws {CommandFailure} `usage` */
function toInstant(text: string): string {
  const time = Date.parse(text)
  if (Number.isNaN(time) || !/^\d{4}-\d\d-\d\d/.test(text)) {
    throw new CommandFailure('usage', `${printable(text)} is no time.`, {
      remedy: 'Give a day, such as 2026-11-24, or an instant, such as 2026-11-24T09:00:00Z.',
    })
  }
  return new Date(time).toISOString()
}
