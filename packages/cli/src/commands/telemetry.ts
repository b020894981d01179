import {
  type DroppedTelemetry,
  droppedView,
  type ServedModel,
  servedModelView,
  type TelemetryClient,
  telemetryClientView,
  type TelemetryWindow,
  telemetryWindowView,
} from '@afterai/contract'
import type { Command } from 'commander'
import type { z } from 'zod'
import type { ListOptions } from '../api/api.ts'
import { table } from '../terminal/table.ts'
import { type Mount, online, serverLeaf, withPaging } from './leaf.ts'

interface WindowOptions extends ListOptions {
  readonly environment?: string
  readonly since?: string
}

interface ModelOptions extends ListOptions {
  readonly system?: string
}

/** `telemetry`: what running systems report, and what was dropped of it. */
export function addTelemetryCommands(program: Command, mount: Mount): void {
  const telemetry = program.command('telemetry').description('What running systems report by SDK and OpenTelemetry.')
  addClients(telemetry, mount)
  addWindows(telemetry, mount)
  addModels(telemetry, mount)
  addDropped(telemetry, mount)
}

function addClients(telemetry: Command, mount: Mount): void {
  withPaging(
    serverLeaf(telemetry, 'clients', {
      description: 'List the processes that send batches: which of their batches never came, and what they gave up.',
      summary: 'List the processes that send batches, with gaps and drops.',
      examples: ['afterai telemetry clients'],
    }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      const schema: z.ZodType<TelemetryClient> = telemetryClientView
      out.answer(await api.list('listTelemetryClients', schema, options), {
        lines: ({ items }) =>
          table(
            ['process', 'batches', 'missing', 'events', 'given up', 'last seen'],
            items.map((it) => [it.bootId, it.batches, it.missing, it.events, it.dropped, it.lastSeenAt]),
          ),
        quiet: ({ items }) => items.map(({ bootId }) => bootId),
      })
    }),
  )
}

function addWindows(telemetry: Command, mount: Mount): void {
  withPaging(
    serverLeaf(telemetry, 'windows <system>', {
      description: 'List the hours of a system: calls, errors, latency, tokens and cost by configuration and route.',
      summary: 'List the hours of a system.',
      examples: [
        'afterai telemetry windows support-bot',
        'afterai telemetry windows support-bot --environment staging --since 2026-11-01T00:00:00Z --all',
      ],
    }),
  )
    .option('--environment <name>', 'of this environment alone')
    .option('--since <instant>', 'from this hour on (RFC 3339)')
    .action(
      online(mount, async ({ api, out }, system: string, options: WindowOptions) => {
        const { environment, since } = options
        const schema: z.ZodType<TelemetryWindow> = telemetryWindowView
        const query = { system, environment, since }
        out.answer(await api.list('listTelemetryWindows', schema, options, { query }), {
          lines: ({ items }) => table(windowHeadings, items.map(windowRow)),
          quiet: ({ items }) => items.map(({ hour }) => hour),
        })
      }),
    )
}

const windowHeadings = [
  'hour',
  'environment',
  'route',
  'configuration',
  'source',
  'calls',
  'errors',
  'p50 ms',
  'p95 ms',
  'tokens in',
  'tokens out',
  'USD',
]

function windowRow(it: TelemetryWindow): (string | number | null)[] {
  return [
    it.hour,
    it.environment,
    it.route,
    it.fingerprint.slice(0, 19),
    it.source,
    it.calls,
    it.errors,
    rounded(it.latencyMs.p50),
    rounded(it.latencyMs.p95),
    it.inputTokens.sum,
    it.outputTokens.sum,
    it.costUsd.n === 0 ? null : it.costUsd.sum.toFixed(4),
  ]
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}

function addModels(telemetry: Command, mount: Mount): void {
  withPaging(
    serverLeaf(telemetry, 'models', {
      description:
        'List the models that systems ask for, and what the providers served. `breached`: something is served that was not there from the start.',
      summary: 'List which models were asked for and which were served.',
      examples: ['afterai telemetry models', 'afterai telemetry models --system support-bot'],
    }),
  )
    .option('--system <name>', 'of this system alone')
    .action(
      online(mount, async ({ api, out }, options: ModelOptions) => {
        const schema: z.ZodType<ServedModel> = servedModelView
        const query = { system: options.system }
        out.answer(await api.list('listServedModels', schema, options, { query }), {
          lines: ({ items }) =>
            table(
              ['system', 'environment', 'asked for', 'verdict', 'served', 'since', 'change'],
              items.flatMap(modelRows),
            ),
          quiet: ({ items }) => items.map(({ requestedModel }) => requestedModel),
        })
      }),
    )
}

function modelRows({ system, environment, requestedModel, verdict, identities }: ServedModel): (string | null)[][] {
  const asked = [system, environment, requestedModel, verdict]
  if (identities.length === 0) return [[...asked, null, null, null]]
  return identities.map(({ servedModel, systemFingerprint, firstSeenAt, changeId }) => [
    ...asked,
    systemFingerprint === null ? servedModel : `${servedModel} (${systemFingerprint})`,
    firstSeenAt,
    changeId,
  ])
}

function addDropped(telemetry: Command, mount: Mount): void {
  withPaging(
    serverLeaf(telemetry, 'dropped', {
      description: 'Show what was dropped at the edge, counted by door and name. None of it was stored.',
      summary: 'Show what was dropped at the edge.',
      examples: ['afterai telemetry dropped', 'afterai telemetry dropped --json'],
    }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      const schema: z.ZodType<DroppedTelemetry> = droppedView
      out.answer(await api.list('listDroppedTelemetry', schema, options), {
        lines: ({ items }) =>
          table(
            ['door', 'name', 'dropped', 'last seen'],
            items.map((it) => [it.door, it.name, it.count, it.lastSeenAt]),
          ),
        quiet: ({ items }) => items.map(({ name }) => name),
      })
    }),
  )
}
