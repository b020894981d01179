import { grouped } from '../ace/delta.ts'
import { pathWords, typeWords } from '../ace/change-words.ts'
import { date, exact } from '../api/instants.ts'
import { orient } from '../aura/axis.ts'
import { planWords } from '../aura/plan-words.ts'
import { difference, type Metric, metricName, metricRule } from '../aura/metric-words.ts'
import { warningWords } from '../aura/warning-words.ts'
import { bandWords } from '../look/bands.ts'
import { conditionLine, conditionStates } from '../pacr/conditions.ts'
import { saidBeside } from '../pacr/plans.ts'
import { emergencyWords } from '../pacr/record-facts.ts'
import { decisionHeading } from '../pacr/record-words.ts'
import type { Block, PlotRow, Report } from '../report/blocks.ts'
import type { Dossier } from './dossier.ts'
import { gateWords } from './gate-words.ts'
import { leadSentence } from './lead-sentence.ts'

/** A change with what was measured of it and what was decided, as a document; as of an instant, from an address. */
export function changeReport(
  dossier: Dossier,
  { at, address }: { readonly at: string; readonly address: string },
): Report {
  const { change, assessments, decisions, records } = dossier
  const [assessment] = assessments
  const [decision] = decisions
  return {
    title: change.title,
    blocks: [
      {
        kind: 'text',
        tone: 'lead',
        text: leadSentence(dossier)
          .map(({ text }) => text)
          .join('')
          .trim(),
      },
      {
        kind: 'facts',
        facts: [
          ['System', `${change.system}, ${change.environment}`],
          ['Kind', change.changeTypes.map(typeWords).join(', ')],
          ['Class', change.changeClass],
          ['Severity', change.risk?.severity ?? 'not said'],
          ['Opened', `${exact(change.openedAt)}, by ${change.authorName ?? 'a removed account'}`],
        ],
      },
      ...whatChanges(dossier),
      ...(assessment === undefined ? [] : whatItDoes(assessment)),
      ...(decision === undefined ? [] : whatWasDecided(decision, dossier)),
      ...records.slice(0, 1).flatMap(({ id, sealedAt }): Block[] => [
        { kind: 'heading', text: 'Record' },
        { kind: 'text', text: `Sealed on ${exact(sealedAt)} as record ${id}.` },
      ]),
      {
        kind: 'text',
        tone: 'small',
        text: `Made on ${exact(at)} from ${address}. This is a report, and no proof: the proof is the sealed record.`,
      },
    ],
  }
}

function whatChanges({ change }: Dossier): Block[] {
  if (change.delta.length === 0) return []
  return [
    { kind: 'heading', text: 'What changes' },
    {
      kind: 'table',
      caption: 'What differs between the configuration before and after',
      head: ['What', 'Before', 'After'],
      rows: grouped(change.delta).map(({ category, path, before, after }) => [
        `${typeWords(category)} ${pathWords(path)}`,
        before === null ? 'not set' : String(before),
        after === null ? 'removed' : String(after),
      ]),
    },
  ]
}

type Assessed = Dossier['assessments'][number]

/** What was measured, as a plot with its numbers, and what has to be said beside it. */
export function whatItDoes({ assessment, authorName, createdAt, underPlan }: Assessed): Block[] {
  const { metrics, slices, warnings, verdict } = assessment
  const shown = metrics.filter(({ sameAs }) => !sameAs)
  const rows = shown.flatMap((metric) => [metric, ...slices.filter((slice) => slice.metric === metric.metric)])
  return [
    { kind: 'heading', text: 'What it does' },
    {
      kind: 'text',
      text: `Verdict: ${bandWords[verdict]}. Assessed by ${authorName ?? 'a removed account'} on ${exact(createdAt)}.`,
    },
    {
      kind: 'plot',
      caption: 'Difference of each metric with its 95 % interval, in multiples of its margin; left is worse',
      rows: rows.map(plotRow),
    },
    ...(warnings.length === 0 ? [] : [{ kind: 'list' as const, items: warnings.map(warningWords) }]),
    { kind: 'text', text: planWords(underPlan) },
  ]
}

function plotRow(metric: Metric): PlotRow {
  const { slice, pairs, delta, interval, band } = metric
  return {
    name: slice ?? metricName(metric),
    isSlice: slice !== null,
    rule: slice === null ? metricRule(metric) : `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`,
    difference: delta === null ? '–' : difference(metric, delta),
    interval:
      interval === null
        ? 'no interval'
        : `${difference(metric, interval.lower)} to ${difference(metric, interval.upper)}`,
    band,
    drawn: orient(metric),
  }
}

function whatWasDecided(decision: Dossier['decisions'][number], { findings, emergency, gate }: Dossier): Block[] {
  const { justification, approvals, authorName, proposedAt, status, reviewBy, recordId } = decision
  const states = conditionStates(decision, findings)
  const under = states.map(recordId === null ? ({ words }) => words : conditionLine)
  return [
    { kind: 'heading', text: `Decision: ${decisionHeading(decision.decisionDetail)}` },
    { kind: 'text', text: `Proposed by ${authorName ?? 'a removed account'} on ${exact(proposedAt)}; ${status}.` },
    ...(emergency === null ? [] : [{ kind: 'text' as const, text: `Emergency: ${emergencyWords(emergency)}` }]),
    { kind: 'text', tone: 'quote', text: justification },
    ...(under.length === 0
      ? []
      : [
          { kind: 'text' as const, text: 'Conditions:' },
          { kind: 'list' as const, items: under },
        ]),
    ...saidBeside(decision),
    ...(reviewBy === null ? [] : [{ kind: 'text' as const, text: `To be looked at again by ${date(reviewBy)}.` }]),
    ...(approvals.length === 0 ? [] : [{ kind: 'text' as const, text: 'Who agreed, and who did not:' }]),
    { kind: 'list', items: approvals.map(approvalLine) },
    ...(gate === null
      ? []
      : [{ kind: 'text' as const, text: `The gate is ${gate.open ? 'open' : 'shut'}: ${gateWords(gate)}` }]),
  ]
}

function approvalLine({
  approverName,
  onBehalfOfName,
  verdict,
  comment,
  at,
}: Dossier['decisions'][number]['approvals'][number]): string {
  const place = onBehalfOfName === undefined ? '' : ` in the place of ${onBehalfOfName}`
  const said = verdict === 'approve' ? 'approved' : 'rejected'
  return `${approverName} ${said}${place} on ${exact(at)}${comment === null ? '' : `: ${comment}`}`
}
