import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileOf, fixtureBytes, hasFixtures } from '../../../testing/fixtures.ts'
import { faultsOf, metricsOf, readResults as read } from '../../../testing/read-results.ts'
import { inspectLog, inspectSample, json, numbers } from '../../../testing/result-samples.ts'
import { zip } from '../../../testing/zip.ts'
import { importResults, recogniseFormat } from '../../index.ts'

describe('Inspect', () => {
  const entries = (records: readonly { id: number }[], method: 'stored' | 'deflated' | 'zstandard') => [
    { name: '_journal/start.json', text: json({ version: 2, eval: inspectLog([]).eval }), method },
    ...records.map((it) => ({ name: `samples/${it.id}_epoch_1.json`, text: json(it), method })),
    { name: 'header.json', text: json({ ...inspectLog([]), samples: undefined }), method },
  ]
  const four = numbers.map((id) => inspectSample(id))

  test.each(['stored', 'deflated', 'zstandard'] as const)('an archive of %s files says the same as JSON', (method) => {
    const archive = zip(entries(four, method))
    expect(recogniseFormat(fileOf(archive))).toBe('inspect')
    expect({ ...read(archive), sourceDigest: '' }).toEqual({ ...read(json(inspectLog(four))), sourceDigest: '' })
  })

  test('a log without its header is one that was cut: what it has is read, and told', () => {
    const cut = read(zip(entries(four.slice(0, 2), 'deflated').slice(0, -1)))
    expect(cut.notes).toEqual(['The run did not succeed (started): 2 of 0 samples are in the log.'])
    expect(cut.cases).toHaveLength(2)
  })

  test('a cancelled run, samples without a score, ended by a limit or by an error are told', () => {
    const log = inspectLog(
      [
        inspectSample(1),
        inspectSample(2, { scores: null }),
        inspectSample(3, { limit: { type: 'token', limit: 10 } }),
        inspectSample(4, { scores: {}, error: { message: 'CANARY' } }),
      ],
      { status: 'cancelled', eval: { task: 't', dataset: { sample_ids: [1, 2, 3, 4, 5] }, config: { epochs: 2 } } },
    )
    const run = read(json(log))
    expect(run.notes).toEqual([
      'The run did not succeed (cancelled): 4 of 10 samples are in the log.',
      '1 of 4 samples have no score.',
      '1 of 4 samples were ended by a limit.',
    ])
    expect(run.cases.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'completed', 'error'])
    expect(JSON.stringify(run)).not.toContain('CANARY')
  })

  test('letters, words, numbers and scores of several parts are numbers; others are dropped', () => {
    const scores = {
      letter: { value: 'P' },
      word: { value: 'yes' },
      number: { value: '0.25' },
      parts: { value: { a: 1, b: false } },
      prose: { value: 'CANARY constructor' },
      list: { value: [1, 2] },
    }
    const run = read(json(inspectLog([inspectSample(1, { scores })])))
    const named = new Map(run.metrics.map(({ name }, index) => [name, run.cases[0]?.values[index]]))
    expect(named.get('letter')).toBe(0.5)
    expect([named.get('word'), named.get('number'), named.get('parts/a'), named.get('parts/b')]).toEqual([
      1, 0.25, 1, 0,
    ])
    expect([named.has('prose'), named.has('list')]).toEqual([false, false])
    expect(run.dropped.map(({ field }) => field)).toEqual(expect.arrayContaining(['score.prose', 'score.list']))
  })

  test('tokens are those of the model that was evaluated, not of its judge', () => {
    const run = read(json(inspectLog([inspectSample(1)])))
    expect(run.cases[0]?.values).toEqual([1.5, 11, 0])
    expect(run.selection).toBe('acme/large')
  })

  test('epochs are repeats; metadata may name the case and its slice', () => {
    const records = [1, 2].map((epoch) =>
      inspectSample(7, { epoch, metadata: { key: 'k-1', topic: 'refunds', note: 'CANARY' } }),
    )
    expect(new Set(read(json(inspectLog(records))).cases.map(({ caseId }) => caseId))).toEqual(new Set(['7']))
    const named = read(json(inspectLog(records)), { caseIdVariable: 'key', sliceVariable: 'topic' })
    expect(named.cases[0]).toMatchObject({ caseId: 'k-1', slice: 'refunds' })
  })

  test.each([
    ['a cut archive', zip(entries(four, 'deflated')).slice(0, -40), 'no directory'],
    ['two files of one name', zip([...entries(four, 'stored'), { name: 'header.json', text: '{}' }]), 'two files'],
    ['an encrypted file', zip([{ name: 'header.json', text: '{}', isEncrypted: true }]), 'encrypted'],
    [
      'a file that says it is huge',
      zip([{ name: 'header.json', text: '{}', claimedSize: 2 ** 31 }]),
      'unpacks to more',
    ],
    [
      'a file that holds more than it says',
      zip([...entries([], 'stored'), { name: 'samples/1.json', text: `"${'a'.repeat(1e6)}"`, claimedSize: 5 }]),
      'convert the log',
    ],
    [
      'an archive of something else',
      zip([{ name: 'word/document.xml', text: '<a/>' }]),
      'without the header of an Inspect log',
    ],
  ])('refuses %s, and tells what is wrong', (_, bytes, text) => {
    expect(
      faultsOf(bytes)
        .map((fault) => fault.text)
        .join(),
    ).toContain(text)
  })

  test('no archive of random bytes makes it fail', () => {
    const archive = zip(entries(four, 'deflated'))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (changes) => {
          const damaged = archive.slice()
          for (const [at, byte] of changes) damaged[at] = byte
          expect(JSON.stringify(importResults(fileOf(damaged), { format: 'inspect' }))).not.toContain('CANARY')
        },
      ),
      { numRuns: 200 },
    )
  })

  test.skipIf(!hasFixtures)('reads real logs (skipped where the shared fixtures are absent)', () => {
    const log = (name: string) => read(fixtureBytes(`evals/inspect/${name}`))
    const scored = log('2025-02-11T15-18-04-05-00_popularity_mj7khqpMM4GBCfVQozKgzB.eval')
    expect([scored.cases.length, metricsOf(scored)]).toEqual([10, ['tokens down', 'match up']])
    expect(log('2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval').notes).toEqual([
      '10 of 10 samples have no score.',
    ])
    expect(log('2025-05-12T20-28-13-04-00_popularity.json').notes).toEqual([
      'The run did not succeed (cancelled): 3 of 3 samples are in the log.',
    ])
    expect(log('2025-05-12T20-28-26-04-00_security-guide.json').cases).toHaveLength(3)
  })
})
