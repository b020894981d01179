import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { approvalView, id, type LogKeys, logKeysView, recordView } from '@afterai/contract'
import { decodeStatement, parseBundle, RecordError, type SectionName, sectionNames } from '@afterai/record'
import { Option, type Command } from 'commander'
import { z } from 'zod'
import type { Api } from '../api/api.ts'
import { findId } from '../api/find-one.ts'
import { ApiProblem } from '../api/problem.ts'
import { checkBundle, withoutScope } from '../checkpoints/check-bundle.ts'
import { person } from '../terminal/person.ts'
import { sealedAssessmentLines } from '../sealed-assessments.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { writeAsked } from '../write-file.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'
import { addVerifierCommand } from './verifier.ts'
import { addVerifyCommand } from './verify.ts'

/** A record with as much of its content as is shown to a person. */
const shownRecord = recordView.extend({
  content: z.object({
    rationale: z
      .object({
        authorId: id,
        justification: z.string(),
        approvals: z.array(approvalView.omit({ approverName: true, approverEmail: true })),
      })
      .optional(),
    evidence: z.unknown().optional(),
    identities: z.record(z.string(), z.object({ name: z.string(), email: z.string().optional() })).default({}),
  }),
})

/** `record`: Production AI Change Records (PACR). */
export function addRecordCommands(program: Command, mount: Mount): void {
  const record = program.command('record').description('Production AI Change Records (PACR): sealed decisions.')

  withPaging(
    serverLeaf(record, 'list', { description: 'List records, newest first.', examples: ['afterai record list'] }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list('listRecords', recordView, options), {
        lines: ({ items }) =>
          table(
            ['id', 'system', 'decision', 'verdict', 'state', 'index', 'sealed'],
            items.map((it) => [
              it.id,
              it.system,
              `${it.decision}: ${it.decisionDetail}`,
              it.verdict,
              it.state,
              it.logIndex,
              it.sealedAt.slice(0, 16).replace('T', ' '),
            ]),
          ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )

  serverLeaf(record, 'show <id>', {
    description: 'Show a record and what its sections hold.',
    examples: ['afterai record show 01980d42'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const id = await recordIdOf(api, given)
      out.answer(await api.call('getRecord', shownRecord, { path: { id } }), { lines: recordLines })
    }),
  )

  withQuiet(
    serverLeaf(record, 'export <id>', {
      description: 'Write the bundle with which anybody can verify a record, without AfterAI.',
      examples: ['afterai record export 01980d42 --out record.json --keys keys'],
    }),
    'the path of the bundle',
  )
    .option('--out <file>', 'where to (default: record-ID.json)')
    .option('--keys <folder>', 'also write the public keys there: record-key.pem and log.vkey')
    .addOption(
      new Option(
        '--withhold <section...>',
        'sections that the bundle is not to disclose, such as identities; it verifies without',
      ).choices(sectionNames),
    )
    .option('--force', 'write over files that exist')
    .action(online(mount, exportRecord))

  addVerifyCommand(record, mount)
  addVerifierCommand(record, mount)
}

interface ExportOptions {
  readonly out?: string
  readonly keys?: string
  readonly withhold?: readonly SectionName[]
  readonly force?: boolean
}

async function exportRecord(context: ServerContext, given: string, options: ExportOptions): Promise<void> {
  const { api, out } = context
  const found = await recordIdOf(api, given)
  const query = { withhold: options.withhold?.join(',') }
  const { bytes } = await api.request('exportRecord', { path: { id: found }, query })
  await checkBundle({ ...context, remark: out.remark }, bytes)
  const keys = options.keys === undefined ? undefined : await readKeys(api)
  const bundle = options.out ?? `record-${found}.json`
  await writeAsked(bundle, bytes, { ...options, mode: 0o600 })
  // What it discloses is for whom its owner gives it to; a file that --force wrote over has kept its own mode.
  await chmod(bundle, 0o600)
  const written = { bundle, keys: keys === undefined ? [] : await writeKeys(keys, options) }
  out.answer(
    { json: written, value: written },
    { lines: () => [bundle, ...written.keys].map((path) => `wrote ${path}`), quiet: () => [bundle] },
  )
  if (withheldIn(bytes).includes('identities') && options.withhold?.includes('identities') !== true)
    out.remark(
      'The bundle names nobody: it discloses no identities, which hold addresses that only admins and auditors may see.',
    )
  if (keys !== undefined)
    out.remark('Keys that came from the server prove nothing about the server: compare them with ones had another way.')
}

/** Sections that a record commits to, of which its bundle neither has the content nor says that it was erased. */
function withheldIn(bytes: Uint8Array): SectionName[] {
  try {
    const { dsseEnvelope, disclosures } = parseBundle(bytes)
    const { sections } = decodeStatement(Buffer.from(dsseEnvelope.payload, 'base64'))
    return sections.map(({ name }) => name).filter((name) => disclosures.every(({ section }) => section !== name))
  } catch (error) {
    // `record verify` says what is wrong with a bundle of no known form.
    if (error instanceof RecordError) return []
    throw error
  }
}

/** Asked for before anything is written, so that a refusal leaves nothing behind. */
async function readKeys(api: Api): Promise<LogKeys> {
  try {
    return (await api.call('getLogKeys', logKeysView)).value
  } catch (cause) {
    if (!(cause instanceof ApiProblem) || cause.permission !== 'log:read') throw cause
    throw withoutScope('the public keys are read with it (--keys)', cause)
  }
}

async function writeKeys(keys: LogKeys, { keys: folder = '.', ...options }: ExportOptions): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const paths = { pem: join(folder, 'record-key.pem'), vkey: join(folder, 'log.vkey') }
  await writeAsked(paths.pem, keys.recordKeys.map(({ pem }) => `${pem.trimEnd()}\n`).join(''), options)
  await writeAsked(paths.vkey, `${keys.logVkey}\n`, options)
  return Object.values(paths)
}

async function recordIdOf(api: Api, given: string): Promise<string> {
  return findId(api, given, {
    noun: 'record',
    list: (it, paging) => it.list('listRecords', recordView, paging),
  })
}

function recordLines(record: z.infer<typeof shownRecord>): string[] {
  const assessed = sealedAssessmentLines(record.content.evidence)
  return [...propertyLines(record), ...(assessed.length === 0 ? [] : ['', ...assessed])]
}

function propertyLines(record: z.infer<typeof shownRecord>): string[] {
  const { authorId, justification, approvals } = record.content.rationale ?? { approvals: [] }
  // As they were sealed, with the id: a name may be several people's, an address another's by now.
  const named = (who: string): string => {
    const known = record.content.identities[who]
    return known === undefined ? who : `${person({ id: who, ...known })} (${who})`
  }
  return properties([
    ['record', record.id],
    ['system', `${record.system} in ${record.environment}`],
    ['decision', `${record.decision}: ${printable(record.decisionDetail)}`],
    ['verdict', record.verdict],
    ['risk', record.riskLevel],
    ['sealed', record.sealedAt],
    ['log', record.logIndex === null ? record.state : `${record.state}, index ${record.logIndex}`],
    ['change', record.changeId],
    ['decided in', record.decisionId],
    ['supersedes', record.supersedes],
    ['author', authorId && named(authorId)],
    ['because', justification && printable(justification)],
    ...approvals.map(
      ({ verdict, approverId, onBehalfOf, at, comment }) =>
        [
          verdict,
          `${named(approverId)}${onBehalfOf === undefined ? '' : ` for ${named(onBehalfOf)}`}, ${at}${comment === null ? '' : `: ${printable(comment)}`}`,
        ] as const,
    ),
    ['sections', `${record.sections.join(', ')} (in full: --json)`],
  ])
}
