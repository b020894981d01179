import { type Compared, type Comparison, comparisonView, runView } from '@afterai/contract'
import type { Input } from '@afterai/client'
import type { Command } from 'commander'
import type { Api } from '../api/api.ts'
import { CommandFailure } from '../command-failure.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { table } from '../terminal/table.ts'
import { shownValue } from '../terminal/value.ts'
import { instantOf } from './instant-option.ts'
import { online, serverLeaf, type Mount, type ServerContext } from './leaf.ts'
import type { TellingOptions } from './tell-configuration.ts'

type Side = Input<'compareConfigurations'>['body']['before']

interface CompareOptions {
  readonly environment?: string
  readonly at?: string
  readonly fingerprint?: string
  readonly with?: string
  readonly withEnvironment?: string
  readonly from?: string
  readonly mcp?: boolean
  readonly insecureHttp?: boolean
}

/** `compare`: what differs between two configurations, or what ran at two instants. */
export function addCompareCommand(program: Command, mount: Mount): void {
  serverLeaf(program, 'compare <system>', {
    summary: 'Tell what differs between two configurations, or what ran at two instants.',
    description:
      'Tell what differs between two configurations, or what ran at two instants, and by which changes and records each came to run. What is left out on either side is what runs now.',
    examples: [
      'afterai compare support-bot --at 2026-10-03T12:00Z',
      'afterai compare support-bot --environment production --at 2026-10-03 --with 2026-11-01',
      'afterai compare support-bot --fingerprint 3f9a3f9a --with b27cb27c',
      'afterai compare support-bot --environment staging --with-environment production',
      'afterai compare support-bot --from afterai.yaml',
    ],
  })
    .option('--environment <name>', 'where (default: production)')
    .option('--at <instant>', 'what ran then, as it was known then')
    .option('--fingerprint <fingerprint>', 'this configuration, or the one that begins so in the history')
    .option('--with <instant or fingerprint>', 'compared with this')
    .option('--with-environment <name>', 'compared with what is there')
    .option('--from <file>', 'compared with what this file describes; a file as for `observe --from`')
    .option('--mcp', 'ask the MCP servers that the file names for their tools')
    .option('--no-mcp', 'leave them out')
    .action(online(mount, compare))
}

async function compare(context: ServerContext, system: string, options: CompareOptions): Promise<void> {
  const { api, out } = context
  if (options.at !== undefined && options.fingerprint !== undefined) throw oneOf('--at', '--fingerprint')
  if (options.with !== undefined && options.from !== undefined) throw oneOf('--with', '--from')
  const { environment, withEnvironment: elsewhere } = options
  const before = options.at === undefined ? undefined : { at: instantOf(options.at, '--at') }
  const body = {
    environment,
    before: before ?? (await fingerprintSide(api, { system, environment }, options.fingerprint)),
    after: { environment: elsewhere, ...(await afterSide(context, system, options)) },
  }
  const answer = await api.call('compareConfigurations', comparisonView, { path: { name: system }, body })
  out.answer(answer, { lines: (it) => comparisonLines(it, out.paint) })
}

function oneOf(one: string, other: string): CommandFailure {
  return new CommandFailure('usage', `${one} and ${other} are both given.`, { remedy: 'Give one of the two.' })
}

async function afterSide(context: ServerContext, system: string, options: CompareOptions): Promise<Side> {
  const { environment, withEnvironment, with: wanted, from } = options
  if (from !== undefined) {
    // Here rather than above: what compares with the past reads no files.
    const { tellConfiguration } = await import('./tell-configuration.ts')
    const telling: TellingOptions = {
      from,
      ...(options.mcp === undefined ? {} : { mcp: options.mcp }),
      ...(options.insecureHttp === undefined ? {} : { insecureHttp: options.insecureHttp }),
    }
    return { configuration: await tellConfiguration(context, telling) }
  }
  if (wanted === undefined || isFingerprint(wanted)) {
    return fingerprintSide(context.api, { system, environment: withEnvironment ?? environment }, wanted)
  }
  return { at: instantOf(wanted, '--with') }
}

function isFingerprint(text: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{6,64}$/.test(text)
}

/** A configuration by its fingerprint, or by the beginning of that of one that ran; what isn't named is what runs now. */
async function fingerprintSide(
  api: Api,
  { system, environment }: { readonly system: string; readonly environment: string | undefined },
  given: string | undefined,
): Promise<Side> {
  if (given === undefined) return {}
  const digits = given.replace(/^sha256:/, '')
  if (/^[0-9a-f]{64}$/.test(digits)) return { fingerprint: `sha256:${digits}` }
  const remedy = `See: afterai history ${system} --environment ${environment ?? 'production'} --quiet`
  if (!isFingerprint(given)) {
    throw new CommandFailure('usage', `${printable(given)} is no fingerprint, nor the beginning of one.`, { remedy })
  }
  const ran = await api.list('getHistory', runView, { all: true }, { path: { name: system }, query: { environment } })
  const fitting = new Set(ran.value.items.map((it) => it.fingerprint).filter((it) => it.startsWith(`sha256:${digits}`)))
  const [found] = fitting
  if (found !== undefined && fitting.size === 1) return { fingerprint: found }
  const what = fitting.size === 0 ? 'Nothing that ran there has' : 'Several that ran there have'
  throw new CommandFailure('failed', `${what} a fingerprint that begins with ${printable(given)}.`, { remedy })
}

function comparisonLines({ before, after, same, delta, changeTypes }: Comparison, paint: Paint): string[] {
  const sides = [...sideLines('before', before, paint), '', ...sideLines('after', after, paint), '']
  if (same) return [...sides, 'They are the same.']
  const rows = delta.map((it) => [
    it.category,
    it.path,
    paint('bad', shownValue(it.before)),
    '->',
    paint('good', shownValue(it.after)),
  ])
  return [
    ...sides,
    `${delta.length} ${delta.length === 1 ? 'value differs' : 'values differ'}: ${changeTypes.join(', ')}`,
    '',
    ...table(['kind', 'differs', 'before', '', 'after'], rows),
  ]
}

function sideLines(word: string, side: Compared, paint: Paint): string[] {
  const { at, environment, fingerprint, runs, moreRuns } = side
  const how = at === null ? '' : ` at ${at}`
  const heading = `${paint('strong', word)}  ${fingerprint.slice(0, 19)}, ${environment}${how}`
  if (runs.length === 0) return [heading, '  It was never seen to run there.']
  const lines = runs.map((run) => {
    const by =
      run.changeId === null ? 'no change: it ran first' : `change ${run.changeId}, ${printable(run.changeTitle ?? '')}`
    const record =
      run.recordId === null ? 'no record' : `record ${run.recordId}, ${run.decision === 'act' ? 'act' : 'not act'}`
    return `  ran from ${minuteOf(run.startedAt)} ${run.endedAt === null ? '' : `until ${minuteOf(run.endedAt)} `}by ${by}; ${record}`
  })
  return [heading, ...lines, ...(moreRuns ? ['  and more: afterai history'] : [])]
}

function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ')
}
