import { describe, expect, it } from 'vitest'
import { exampleStatement } from '../testing/example-record.ts'
import { canonicalBytes, parseCanonical } from './canonical-json.ts'
import { sectionNames, sealSection } from './sections.ts'
import { decodeStatement, encodeStatement } from './statement.ts'
import type { Actor, Statement } from './statement.ts'

const sections = [sealSection('before', { model: 'assistant-2' })]
const pacr = exampleStatement(sections)
const audit: Statement = {
  kind: 'audit',
  facts: {
    eventId: 'event-1',
    tenantId: 'tenant-1',
    action: 'pacr.sealed',
    outcome: 'success',
    at: '2026-11-20T10:00:00.000Z',
    actorId: 'actor-1',
    producer: { id: 'api-1', sequence: 0 },
  },
  sections: pacr.sections,
}

function actors(count: number): readonly Actor[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `0199a3b0-0000-7000-8000-${at.toString().padStart(12, '0')}`,
    role: 'approver',
  }))
}

function withActors(count: number): Statement {
  const example = exampleStatement(sectionNames.map((name) => sealSection(name, {})))
  return { ...example, facts: { ...example.facts, actors: actors(count) } }
}

describe('statements', () => {
  it.each([pacr, audit])('of kind $kind bring back what was stated', (statement) => {
    expect(decodeStatement(encodeStatement(statement))).toEqual(statement)
  })

  it('have the form of an in-toto Statement v1', () => {
    expect(parseCanonical(encodeStatement(audit))).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'urn:afterai:audit:v1',
      subject: [{ name: 'before', digest: { sha256: sections[0]?.ciphertextSha256 } }],
      predicate: { commitments: { before: sections[0]?.commitment } },
    })
  })

  it('P1.2: hold no content of a section, no key and no salt', () => {
    const text = new TextDecoder().decode(encodeStatement(pacr))
    const secrets = sections
      .flatMap(({ salt, dataKey }) => [salt, dataKey])
      .flatMap((secret) => {
        const buffer = Buffer.from(secret)
        return [buffer.toString('hex'), buffer.toString('base64')]
      })
    for (const hidden of ['assistant-2', ...secrets]) expect(text).not.toContain(hidden)
  })

  it.each([
    { actors: [{ id: 'jane.doe@example.com', role: 'approver' as const }] },
    { recordId: 'a record about prompts' },
    { decidedAt: '2026-11-20' },
    { policyDigest: 'abc' },
    { producer: { id: 'api-1', sequence: -1 } },
  ])('refuse the fact %j', (change) => {
    const statement = { ...pacr, facts: Object.assign({ ...pacr.facts }, change) }
    expect(() => encodeStatement(statement)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^bad_/) }))
  })

  it('with all sections and 20 approvers are short enough to be signed by any key manager; with 60 they are refused', () => {
    expect(encodeStatement(withActors(20)).length).toBeLessThan(4096)
    expect(() => encodeStatement(withActors(60))).toThrow(expect.objectContaining({ code: 'too_large' }))
  })

  it.each([
    ['an unknown field', { note: 'Jane approved' }, 'unknown_field'],
    ['another type', { _type: 'https://in-toto.io/Statement/v0.1' }, 'bad_field'],
    ['another predicate', { predicateType: 'urn:example' }, 'bad_field'],
    ['no subject', { subject: [] }, 'bad_field'],
  ])('with %s are refused', (_, change, code) => {
    const changed = canonicalBytes({ ...Object(parseCanonical(encodeStatement(pacr))), ...change })
    expect(() => decodeStatement(changed)).toThrow(expect.objectContaining({ code }))
  })

  it('whose subjects name a section twice are refused', () => {
    const twice = { ...pacr, sections: [...pacr.sections, ...pacr.sections] }
    expect(() => encodeStatement(twice)).toThrow(expect.objectContaining({ code: 'bad_field' }))
  })
})
