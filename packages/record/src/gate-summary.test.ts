import { describe, expect, test } from 'vitest'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { publicKeyOf, signWith } from './crypto.ts'
import { signEnvelope, type Signer } from './dsse.ts'
import {
  decodeGateSummary,
  encodeGateSummary,
  type GateSummaryFacts,
  type GateUse,
  verifyGateSummary,
} from './gate-summary.ts'
import { decodeStatement, statementPayloadType } from './statement.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const key = publicKeyOf(privateKey)
const signer: Signer = { keyid: key.keyid, sign: (bytes) => signWith(privateKey, bytes) }
const hex = (text: string): string => createHash('sha256').update(text).digest('hex')

const facts: GateSummaryFacts = {
  origin: 'afterai.log/019aa1bf',
  system: 'support-bot',
  environment: 'production',
  fingerprint: hex('configuration'),
  answer: 'covered',
  recordId: '019aa1c7-c9f1-7b5d-8a2e-3e7c9d6b1f80',
  policyDigest: hex('policy'),
  issuedAt: '2026-11-30T08:00:00.000Z',
  validUntil: '2026-12-01T08:00:00.000Z',
}
const use: GateUse = {
  system: 'support-bot',
  environment: 'production',
  fingerprint: facts.fingerprint,
  at: new Date('2026-11-30T12:00:00.000Z'),
}
const summary = signEnvelope(statementPayloadType, encodeGateSummary(facts), [signer])
const verdict = (it: unknown, more: Partial<GateUse> = {}, keys = [key]) =>
  verifyGateSummary(it, keys, { ...use, ...more }).verdict

describe('P6.3: a summary of the gate', () => {
  test('opens for what it names, in its place and time', () => {
    expect(verifyGateSummary(summary, [key], use)).toMatchObject({ verdict: 'open', facts })
  })

  test('is refused by name: foreign, early, late, of an unknown key', () => {
    expect(verdict(summary, { system: 'other-bot' })).toBe('foreign')
    expect(verdict(summary, { environment: 'staging' })).toBe('foreign')
    expect(verdict(summary, { fingerprint: hex('another') })).toBe('foreign')
    expect(verdict(summary, { at: new Date(facts.validUntil) })).toBe('expired')
    expect(verdict(summary, { at: new Date('2026-11-30T07:00:00.000Z') })).toBe('not_yet_valid')
    expect(verdict(summary, { at: new Date('2026-11-30T07:57:00.000Z') })).toBe('open')
    expect(verdict(summary, {}, [publicKeyOf(generateKeyPairSync('ed25519').privateKey)])).toBe('unknown_key')
  })

  test('never opens when any one of its bytes is another', () => {
    const text = JSON.stringify(summary)
    for (let at = 0; at < text.length; at += 1) {
      const turned = Buffer.from(text)
      turned[at] = (turned[at] ?? 0) ^ 1
      let parsed: unknown
      try {
        parsed = JSON.parse(turned.toString())
      } catch {
        continue
      }
      expect(verdict(parsed), `byte ${at}`).not.toBe('open')
    }
  })

  test('is never taken where a record is asked for, nor a record’s statement where a summary is', () => {
    expect(() => decodeStatement(encodeGateSummary(facts))).toThrow('predicateType')
    const other = signEnvelope('application/json', encodeGateSummary(facts), [signer])
    expect(verdict(other)).toBe('malformed')
  })

  test('is refused for a field that is missing, unknown or of another form', () => {
    const statement = JSON.parse(Buffer.from(encodeGateSummary(facts)).toString()) as {
      predicate: Record<string, unknown>
    }
    const signed = (predicate: Record<string, unknown>) =>
      signEnvelope(statementPayloadType, Buffer.from(JSON.stringify({ ...statement, predicate })), [signer])
    for (const field of Object.keys(statement.predicate)) {
      const { [field]: _left, ...rest } = statement.predicate
      expect(verdict(signed(rest)), field).toBe('malformed')
    }
    expect(verdict(signed({ ...statement.predicate, extra: 1 }))).toBe('malformed')
    expect(verdict(signed({ ...statement.predicate, verificationResult: 'FAILED' }))).toBe('malformed')
    for (const nothing of [null, {}, [], 'x', { ...summary, signatures: [] }]) expect(verdict(nothing)).not.toBe('open')
  })

  test('reads back what was written', () => {
    expect(decodeGateSummary(encodeGateSummary({ ...facts, recordId: null, answer: 'exempt' }))).toMatchObject({
      recordId: null,
    })
    expect(() => encodeGateSummary({ ...facts, system: 'two words' })).toThrow('system')
  })
})
