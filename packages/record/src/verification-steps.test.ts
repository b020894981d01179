import { describe, expect, it } from 'vitest'
import { attacks } from '../testing/attacks.ts'
import { corpusOf } from '../testing/corpus.ts'
import { createExampleLog } from '../testing/example-record.ts'
import { decodeHex, encodeHex } from './hex.ts'
import { hashChildren, hashLeaf } from './merkle.ts'
import { createTrust } from './trust.ts'
import type { StepResult } from './verification-steps.ts'
import { verifyBundle } from './verify.ts'
import type { VerificationReport } from './verify.ts'

const log = createExampleLog()
const trust = createTrust({ recordKeys: [log.recordKey.pem], logVkeys: [log.vkey] })

function reportOn(name: string): VerificationReport {
  const attack = attacks.find((it) => it.name === name)
  if (attack === undefined) throw new Error(`no attack is called ${name}`)
  return verifyBundle(attack.commit(log).bytes, trust)
}

const failed = ({ steps }: VerificationReport): string[] =>
  steps.flatMap(({ outcome, sentence }) => (outcome === 'failed' ? [sentence] : []))
const stepsOf = ({ steps }: VerificationReport, step: StepResult['step']): readonly StepResult[] =>
  steps.filter((it) => it.step === step)

describe('the steps of a verification', () => {
  it('P4.5: agree with the verdict, on thousands of bent bundles: one fails where the record does not hold, and none where it does', () => {
    for (const { name, bytes } of corpusOf(log)) {
      const report = verifyBundle(bytes, trust)
      const holds = report.verdict === 'valid' || report.verdict === 'payload_erased'
      expect(failed(report).length === 0, name).toBe(holds)
      for (const { outcome, comparison, step } of report.steps) {
        const isOfValues = comparison !== null && ['entry', 'inclusion', 'section'].includes(step)
        expect(outcome === 'passed' && isOfValues && comparison.computed !== comparison.expected, name).toBe(false)
      }
      const hasPassed = (step: StepResult['step']): boolean => stepsOf(report, step)[0]?.outcome === 'passed'
      expect(report.statement === null || hasPassed('signature'), name).toBe(true)
      expect(report.position === null || hasPassed('checkpoint'), name).toBe(true)
    }
  })

  it('lead from the leaf of the entry to the root, node by node', () => {
    const [inclusion] = stepsOf(verifyBundle(log.bytes, trust), 'inclusion')
    const { leaf = '', nodes = [] } = inclusion?.path ?? {}
    expect(leaf).toBe(encodeHex(hashLeaf(log.bundle.entry)))
    expect(nodes.map(({ siblingSide }) => siblingSide)).toEqual(['right', 'right', 'left', 'right'])
    const root = nodes.reduce((below, { sibling, siblingSide, hash }) => {
      const pair = [decodeHex(sibling), decodeHex(below)] as const
      const above = siblingSide === 'left' ? hashChildren(pair[0], pair[1]) : hashChildren(pair[1], pair[0])
      expect(hash).toBe(encodeHex(above))
      return hash
    }, leaf)
    expect(inclusion?.comparison).toEqual({ what: 'root of the log', expected: root, computed: root })
  })

  it('name what does not hold, and check what else can be checked', () => {
    expect(failed(reportOn('edit what is disclosed'))).toEqual([
      'The section "before" is not what was sealed',
      'The section "after" is not what was sealed',
    ])
    expect(failed(reportOn('edit a hash of the inclusion proof'))).toEqual([
      'The entry does not lead to the root of the log',
    ])
    expect(failed(reportOn('edit the size of the checkpoint'))).toEqual(['No log that you trust signed this root'])
    const edited = reportOn('edit the payload')
    expect(failed(edited)).toEqual([
      'The entry of the log is about another record',
      'The record does not carry the signature of a service that you trust',
    ])
    expect(stepsOf(edited, 'section').map(({ outcome, sentence, detail }) => [outcome, sentence, detail])).toEqual([
      [
        'unchecked',
        'The sections were not compared',
        'the signature of the record does not hold, so nobody vouches for what it says',
      ],
    ])
    expect(failed(reportOn('truncate the bundle'))).toEqual(['The file is not a bundle, or not exactly one'])
  })

  it('say what was expected and what was computed', () => {
    const [entry] = stepsOf(reportOn('show the entry of another envelope'), 'entry')
    expect(entry?.comparison).toMatchObject({ what: 'SHA-256 of what was signed', expected: 'ab'.repeat(32) })
    expect(entry?.comparison?.computed).toMatch(/^[0-9a-f]{64}$/)
    const [signature] = stepsOf(reportOn('swap the record key'), 'signature')
    expect(signature?.comparison?.expected).toBe(log.recordKey.publicKey.keyid)
    expect(signature?.comparison?.computed).not.toBe(log.recordKey.publicKey.keyid)
  })

  it('claim nothing that nobody asked for: witnesses, an earlier root, a section that is withheld or said to be erased', () => {
    const bare = createExampleLog({ earlierSize: null, disclose: () => [{ section: 'before', erased: true }] })
    const report = verifyBundle(bare.bytes, createTrust({ recordKeys: [bare.recordKey.pem], logVkeys: [bare.vkey] }))
    expect(report.verdict).toBe('payload_erased')
    expect(
      report.steps.flatMap(({ step, section, outcome, detail }) =>
        outcome === 'unchecked' ? [`${section ?? step}: ${detail}`] : [],
      ),
    ).toEqual([
      'consistency: no checkpoint was kept from before to compare with',
      'witnesses: none was named',
      'before: it is said to be erased; nothing proves it yet',
      'after: it was withheld',
      'rationale: it was withheld',
    ])
  })
})
