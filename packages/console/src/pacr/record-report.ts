import { grouped } from '../ace/delta.ts'
import { pathWords, typeWords } from '../ace/change-words.ts'
import { date, dateUtc, exact } from '../api/instants.ts'
import type { Block, Report } from '../report/blocks.ts'
import { conditionLine } from './conditions.ts'
import { saidBeside } from './plans.ts'
import { closedWords, conditionsOf, emergencyWords, inWhosePlace, rulesWords } from './record-facts.ts'
import type { RecordContent } from './records.ts'
import { decidedTo, recordTitle } from './record-words.ts'
import { assessedWords, sealedRows } from './sealed-metrics.ts'

/** A sealed record as a document to take along: what it says, and where its proof is. */
export function recordReport(record: RecordContent): Report {
  const { change, people, justification, emergency, closure, assessments } = record
  const author = people.find(({ role }) => role === 'author')?.name ?? 'a removed account'
  const approvers = people.filter(({ role, verdict }) => role === 'approver' && verdict === 'approve').map(inWhosePlace)
  const states = conditionsOf(record)
  return {
    title: recordTitle({ decisionDetail: record.decisionDetail, system: change.system }),
    blocks: [
      {
        kind: 'text',
        tone: 'lead',
        text: `On ${dateUtc(record.sealedAt)} ${approvers.join(' and ') || 'nobody'} approved the decision of ${author} on the change that is described below: ${decidedTo(record.decisionDetail)}.`,
      },
      ...(states.some(({ state }) => state === 'broken')
        ? [{ kind: 'text' as const, text: 'A condition that it was decided under doesn’t hold any more: see below.' }]
        : []),
      ...(emergency === null ? [] : [{ kind: 'text' as const, text: `Emergency: ${emergencyWords(emergency)}` }]),
      { kind: 'heading', text: 'What was to change' },
      {
        kind: 'text',
        text: `In the system ${change.system}, environment ${change.environment}: ${change.title} (${change.changeTypes.map(typeWords).join(', ')}).`,
      },
      ...deltaOf(record),
      { kind: 'heading', text: 'What was known' },
      ...(assessments.length === 0
        ? [{ kind: 'text' as const, text: 'There was no evidence: the decision rests on no assessment.' }]
        : assessments.flatMap(assessmentBlocks)),
      { kind: 'heading', text: 'Why' },
      { kind: 'text', tone: 'quote', text: justification },
      ...saidBeside(record),
      { kind: 'heading', text: 'Under which conditions' },
      states.length === 0 ? { kind: 'text', text: 'Under none.' } : { kind: 'list', items: states.map(conditionLine) },
      ...(record.reviewBy === null
        ? []
        : [{ kind: 'text' as const, text: `To be looked at again by ${date(record.reviewBy)}.` }]),
      { kind: 'heading', text: 'Who' },
      { kind: 'text', text: rulesWords(record) },
      { kind: 'list', items: people.map(personLine) },
      ...(closure === null
        ? []
        : [
            { kind: 'heading' as const, text: 'How it ended' },
            {
              kind: 'text' as const,
              text: `${closedWords(closure)}${closure.notes === null ? '' : ` ${closure.notes}`}`,
            },
          ]),
      { kind: 'heading', text: 'Seal' },
      {
        kind: 'facts',
        facts: [
          ['Record', record.id],
          ['Sealed', exact(record.sealedAt)],
          [
            'Log',
            record.entryIndex === null ? 'on its way into the log' : `entry ${record.entryIndex.toLocaleString('en')}`,
          ],
          ['Evidence', record.evidenceDigest],
          ...(record.supersedes === null ? [] : [['Supersedes', record.supersedes] as const]),
          ...(record.supersededBy === null ? [] : [['Superseded by', record.supersededBy] as const]),
        ],
      },
      {
        kind: 'text',
        tone: 'small',
        text: `Production AI Change Record (PACR) ${record.id}. Read from what was sealed; what this document says is no proof. The proof is the bundle, which anybody with the public keys can verify.`,
      },
    ],
  }
}

function deltaOf({ change: { delta } }: RecordContent): Block[] {
  if (delta.length === 0) return []
  return [
    {
      kind: 'table',
      caption: 'What differs between the configuration before and after',
      head: ['What', 'Before', 'After'],
      rows: grouped(delta).map(({ category, path, before, after }) => [
        `${typeWords(category)} ${pathWords(path)}`,
        before === null ? 'not set' : String(before),
        after === null ? 'removed' : String(after),
      ]),
    },
  ]
}

function assessmentBlocks(assessment: RecordContent['assessments'][number]): Block[] {
  const rows = sealedRows(assessment)
  const text: Block = { kind: 'text', text: assessedWords(assessment) }
  if (rows.length === 0) return [text]
  return [
    text,
    {
      kind: 'table',
      caption: 'Metrics of the assessment, as they were sealed',
      head: ['Metric', 'Before', 'After', 'Difference', 'Interval', 'Margin', 'Pairs', 'Verdict'],
      rows: rows.map(({ metric, before, after, difference, interval, margin, pairs, verdict }) => [
        metric,
        before,
        after,
        difference,
        interval,
        margin,
        pairs,
        verdict,
      ]),
    },
  ]
}

function personLine({ name, role, verdict, at, comment, onBehalfOf }: RecordContent['people'][number]): string {
  const place = onBehalfOf === null ? '' : ` in the place of ${onBehalfOf}`
  const said = verdict === null ? '' : verdict === 'approve' ? ', approved' : ', rejected'
  return `${name}, ${role}${place}${said}${at === null ? '' : `, ${exact(at)}`}${comment === null ? '' : `: ${comment}`}`
}
