import { readFile } from 'node:fs/promises'
import { type AuditStream, auditStreamView, createdAuditStreamView } from '@afterai/contract'
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Api } from '../api/api.ts'
import { findId } from '../api/find-one.ts'
import { CommandFailure } from '../command-failure.ts'
import { properties, table } from '../terminal/table.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface AddOptions {
  readonly webhook?: string
  readonly syslog?: string
  readonly tcp?: boolean
  readonly certificates?: string
  readonly fromBeginning?: boolean
}

/** `audit-stream`: where audit events are sent besides. */
export function addAuditStreamCommands(program: Command, mount: Mount): void {
  const stream = program.command('audit-stream').description('Where audit events are sent as they happen: to a SIEM.')

  withQuiet(
    serverLeaf(stream, 'add <name>', {
      description: 'Send events to a webhook or a syslog server. The key of a webhook is shown once and never again.',
      summary: 'Add a destination.',
      examples: [
        'afterai audit-stream add siem --webhook https://siem.example.com/afterai',
        'afterai audit-stream add syslog --syslog siem.example.com:6514 --certificates siem-ca.pem --from-beginning',
      ],
    }),
    'the key',
  )
    .addOption(new Option('--webhook <url>', 'https address of a receiver of Standard Webhooks').conflicts('syslog'))
    .option('--syslog <host:port>', 'server that takes RFC 5424 over TLS')
    .option('--tcp', 'syslog without TLS, into a network that the operator has named')
    .option('--certificates <file>', 'PEM of the authority that vouches for the receiver')
    .option('--from-beginning', 'the whole log, in place of what happens from now on')
    .action(online(mount, addStream))

  withPaging(
    serverLeaf(stream, 'list', {
      description: 'List the destinations, and how far each is.',
      examples: ['afterai audit-stream list'],
    }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list('listAuditStreams', auditStreamView, options), {
        lines: ({ items }) =>
          table(
            ['id', 'name', 'endpoint', 'state', 'behind', 'delivered', 'last error'],
            items.map((it) => [it.id, it.name, it.endpoint, it.state, it.lagEvents, it.delivered, it.lastError]),
          ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )

  serverLeaf(stream, 'show <stream>', {
    description: 'Show a destination and how far it is.',
    examples: ['afterai audit-stream show siem'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const id = await idOf(api, given)
      out.answer(await api.call('getAuditStream', auditStreamView, { path: { id } }), { lines: streamLines })
    }),
  )

  addCommands(stream, mount)
}

function addCommands(stream: Command, mount: Mount): void {
  for (const [command, operation, description] of [
    ['pause', 'pauseAuditStream', 'Send nothing more for now. Nothing is lost: what happens meanwhile is sent later.'],
    ['resume', 'resumeAuditStream', 'Go on where it stopped, at once.'],
  ] as const) {
    serverLeaf(stream, `${command} <stream>`, {
      description,
      examples: [`afterai audit-stream ${command} siem`],
    }).action(
      online(mount, async ({ api, out }, given: string) => {
        const id = await idOf(api, given)
        out.answer(await api.call(operation, auditStreamView, { path: { id } }), { lines: streamLines })
      }),
    )
  }

  serverLeaf(stream, 'replay <stream>', {
    description: 'Send again from an entry of the log on. Receivers know what comes again by its id.',
    examples: ['afterai audit-stream replay siem --from 1024', 'afterai audit-stream replay siem --from 0'],
  })
    .requiredOption('--from <index>', 'index of the first entry', readIndex)
    .action(
      online(mount, async ({ api, out }, given: string, { from }: { from: number }) => {
        const input = { path: { id: await idOf(api, given) }, body: { fromIndex: from } }
        out.answer(await api.call('replayAuditStream', auditStreamView, input), { lines: streamLines })
      }),
    )

  serverLeaf(stream, 'remove <stream>', {
    description: 'Send nothing there any more.',
    examples: ['afterai audit-stream remove siem'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      await api.request('removeAuditStream', { path: { id: await idOf(api, given) } })
      out.remark(`Nothing is sent to ${given} any more.`)
    }),
  )
}

async function addStream({ api, out }: ServerContext, name: string, options: AddOptions): Promise<void> {
  const certificates = options.certificates === undefined ? undefined : await readCertificates(options.certificates)
  const startFrom = options.fromBeginning === true ? ('beginning' as const) : ('now' as const)
  const body = { name, startFrom, certificates, ...destinationOf(options) }
  const answer = await api.call('createAuditStream', createdAuditStreamView, { body })
  out.answer(answer, {
    lines: (it) => [...(it.secret === null ? [] : properties([['key', it.secret]])), ...streamLines(it)],
    quiet: (it) => [it.secret ?? it.id],
  })
  if (answer.value.secret !== null)
    out.remark('Keep the key now: it is not shown again. Receivers check signatures with it.')
}

function destinationOf({ webhook, syslog, tcp }: AddOptions) {
  if (webhook !== undefined) return { kind: 'webhook', url: webhook } as const
  const [, host = '', port = ''] = /^\[?([^\s/\]]+)\]?:(\d{1,5})$/.exec(syslog ?? '') ?? []
  if (host === '')
    throw new CommandFailure('usage', 'Where to?', { remedy: 'Give --webhook <url> or --syslog <host:port>.' })
  return { kind: 'syslog', host, port: Number(port), transport: tcp === true ? 'tcp' : 'tls' } as const
}

async function readCertificates(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CommandFailure('failed', `${path} cannot be read.`, { cause })
  })
}

function idOf(api: Api, given: string): Promise<string> {
  return findId(api, given, {
    noun: 'audit stream',
    list: (it, paging) => it.list('listAuditStreams', auditStreamView, paging),
    label: ({ name }) => name,
  })
}

function streamLines(stream: AuditStream): string[] {
  return properties([
    ['stream', `${stream.name} (${stream.id})`],
    ['to', stream.endpoint],
    ['state', stream.state],
    ['next entry', stream.nextIndex],
    ['behind', `${stream.lagEvents} entries, ${Math.round(stream.lagSeconds)} s`],
    ['delivered', `${stream.delivered} events`],
    ['last delivery', stream.lastDeliveredAt],
    ['failed tries', stream.failures === 0 ? null : stream.failures],
    ['last error', stream.lastError && `${stream.lastError}, ${stream.lastErrorAt}`],
    ['next try', stream.retryAt],
  ])
}

function readIndex(text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('Give an index of the log: a whole number from 0.')
  return value
}
