import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { evaluationFormats } from '@afterai/contract'
import { FORMAT_NAMES } from '@afterai/evidence'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sweep } from '../../testing/database-sweep.ts'
import { type Evaluation, mapping, type Upload, uploadAs } from '../../testing/evaluation-uploads.ts'
import { readScores } from '../../testing/lifecycle.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let member: Person
let origin: string
let upload: Upload
let count = 0

beforeAll(async () => {
  server = await startTestServer({ importMaxMib: 12 })
  member = await server.addPerson(server.admin.tenant, 'member')
  upload = uploadAs(server, member)
  origin = await server.http.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => server.stop())

async function rowsIn(table: string): Promise<number> {
  return (await server.owner.query(`select from ${table}`)).rows.length
}

const canary = (place: string): string =>
  `canary-${place}-${createHash('sha256').update(place).digest('hex').slice(0, 12)}`

const post = <T>(path: string, body: unknown) => server.expectOk<T>({ method: 'POST', path, token: member.token, body })

/** A file as its tool wrote it, with the content type that it is sent with. */
const otherTools: readonly (readonly [format: string, type: string, body: string])[] = [
  [
    'junit',
    'application/xml',
    '<testsuite><testcase name="a-1"/><testcase name="a-2"><skipped/></testcase></testsuite>',
  ],
  ['json', 'application/json', '[{"case_id":"q1","score":0.5,"answer":"CANARY"}]'],
  [
    'promptfoo',
    'application/yaml',
    'evalId: e\nresults:\n  version: 3\n  results:\n    - {success: true, vars: {q: CANARY}}\n',
  ],
  ['lm-eval', 'application/x-ndjson', '{"doc_id":1,"doc":{"q":"CANARY"},"resps":[],"metrics":["acc"],"acc":1}'],
]

describe('what is imported', () => {
  test.each(otherTools)('%s: known by its bytes, without being named', async (format, type, body) => {
    const headers = { 'content-type': type }
    const sent = { method: 'POST' as const, path: '/v1/evaluations', token: member.token, body, headers }
    const imported = await server.send<Evaluation & { format: string; notes: string[] }>(sent)
    expect(imported).toMatchObject({ status: 201, body: { format, cases: 1 } })
    expect(JSON.stringify(imported.body)).not.toContain('CANARY')
    const path = `/v1/evaluations/${imported.body.id}`
    const kept = await server.expectOk<{ notes: string[] }>({ method: 'GET', path, token: member.token })
    expect(kept.notes).toEqual(format === 'junit' ? ['1 skipped tests are left out.'] : [])
  })

  test('a file that shows no format, and an option that its format can not take, are refused', async () => {
    const headers = { 'content-type': 'application/json' }
    const send = (query: string, body: string) =>
      server.send({ method: 'POST', path: `/v1/evaluations${query}`, token: member.token, body, headers })
    expect(await send('', '{"hello":1}')).toMatchObject({ status: 422, body: { code: 'unreadable_evaluation' } })
    const junit = '<testsuite><testcase name="a-1"/></testsuite>'
    expect(await send('?provider=x', junit)).toMatchObject({ status: 422, body: { code: 'unreadable_evaluation' } })
  })

  test('the formats of the API are those that are read', () => {
    expect([...evaluationFormats]).toEqual([...FORMAT_NAMES])
  })

  test('CSV: the mapped columns, and nothing else of the file', async () => {
    const file = await readScores('baseline.csv')
    const { status, body } = await upload('csv', file, { mapping: mapping('score') })
    expect(status).toBe(201)
    expect(body).toMatchObject({ cases: 120, metrics: [{ name: 'score' }] })
    expect(body.sourceDigest).toBe(`sha256:${createHash('sha256').update(file).digest('hex')}`)
    expect(body.dropped.map(({ field }) => field)).toContain('remark')
  })

  test('JSONL says the same of the same rows', async () => {
    const [head = '', ...rows] = (await readScores('baseline.csv')).toString().trim().split('\n')
    const columns = head.split(',')
    const lines = rows.map((row) => {
      const [case_id, conversation_id, score] = row.split(',')
      return JSON.stringify({ case_id, conversation_id, score: Number(score) })
    })
    expect(columns.slice(0, 3)).toEqual(['case_id', 'conversation_id', 'score'])
    const { status, body } = await upload('jsonl', lines.join('\n'), { mapping: mapping('score') })
    expect([status, body.cases]).toEqual([201, 120])
  })

  test('promptfoo: its own results, by the example of a support bot', async () => {
    const file = await readFile(new URL('../../../../examples/support-bot/baseline.json', import.meta.url))
    const { status, body } = await upload('promptfoo', file)
    expect(status).toBe(201)
    expect(body.cases).toBe(88)
  })
})

test('views and lists of evaluations never read their cases', async () => {
  const system = `listed-${(count += 1)}`
  await post('/v1/systems', { name: system })
  const timedOut = 'id,score,error,note\n1,0.5,,a\n2,,timed out,b\nno id,1,,\n'
  const { body: imported } = await upload('csv', timedOut, { system })
  expect(imported).toMatchObject({
    cases: 3,
    errors: 1,
    digestedIdentifiers: 1,
    dropped: [{ field: 'note', count: 2 }],
  })
  expect(imported.metrics).toEqual([{ name: 'score', kind: 'continuous', direction: null }])
  await server.owner.query(`update evaluation set run = '"unread"' where id = $1`, [imported.id])
  const read = <T>(path: string) => server.expectOk<T>({ path, token: member.token })
  expect(await read(`/v1/evaluations/${imported.id}`)).toEqual(imported)
  expect(await read(`/v1/evaluations?system=${system}`)).toEqual({ items: [imported], nextCursor: null })
})

describe('a file with faults', () => {
  test('is refused with each fault and its place, and nothing of it is kept', async () => {
    const before = [await rowsIn('evaluation'), await rowsIn('audit_event')]
    const csv = 'case_id,score\na,0.5\nb,high\nc,0.1,extra\na,0.7\n'
    const { status, body } = await upload('csv', csv, { mapping: mapping('score') })
    expect([status, body.code]).toEqual([422, 'unreadable_evaluation'])
    const places = (body.errors as { pointer: string }[]).map(({ pointer }) => pointer)
    expect(places.some((place) => place.startsWith('line 3'))).toBe(true)
    expect(places.some((place) => place.startsWith('line 4'))).toBe(true)
    const lines = await upload('jsonl', '{"case_id":"a","score":1}\n{"case_id":\n', { mapping: mapping('score') })
    expect(lines.body).toMatchObject({ code: 'unreadable_evaluation', errors: [{ pointer: 'line 2, /case_id' }] })
    expect([await rowsIn('evaluation'), await rowsIn('audit_event')]).toEqual(before)
  })

  test.each([
    ['nothing', 'csv', ''],
    ['no JSON', 'promptfoo', 'hello'],
    ['another JSON', 'promptfoo', '{"a":1}'],
    ['a list', 'promptfoo', '[]'],
    ['a NUL in a name', 'csv', 'case_id,score\na\u0000b,1\n'],
    ['only a header', 'csv', 'case_id,score\n'],
  ] as const)('that holds %s is a problem of the file, never of the server', async (_what, format, body) => {
    const answer = await upload(format, body, format === 'csv' ? { mapping: mapping('score') } : {})
    expect([201, 422]).toContain(answer.status)
  })

  test.each([
    ['a start that its bytes belie', 'csv', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x0a, 0x00]), 'file'],
    ['a character that is cut off', 'csv', Buffer.from('id,score\na1,1\né').subarray(0, -1), 'line 3'],
    ['UTF-8 and other bytes', 'csv', Buffer.from('id,score\n\xc3\xa91,1\n\xe92,1\n', 'latin1'), 'line 3'],
    ['a JSON file', 'promptfoo', Buffer.from('{"é":1}', 'latin1'), 'line 1'],
  ] as const)('of no encoding that is read, as %s, is refused with the line', async (_what, format, bytes, line) => {
    const { status, body } = await upload(format, bytes)
    expect([status, body.code]).toEqual([422, 'unreadable_evaluation'])
    expect(body.errors).toEqual([
      { pointer: line, detail: expect.stringMatching(/save the file as UTF-8|export it again/) },
    ])
  })

  test('in Windows-1252 is read, and the answer says so: two ids stay two', async () => {
    const { status, body } = await upload('csv', Buffer.from('id,score\nab,1\né1,1\nè1,0\n', 'latin1'))
    expect([status, body.cases]).toEqual([201, 3])
    expect(body).toMatchObject({
      repeats: 0,
      digestedIdentifiers: 3,
      table: { encoding: 'windows-1252', separator: 'comma', metrics: [{ metric: 'score', notation: 'number' }] },
    })
  })

  test('of an unknown system, or with a mapping that is none, is refused before it is kept', async () => {
    const before = await rowsIn('evaluation')
    const file = await readScores('baseline.csv')
    const unknown = await upload('csv', file, { mapping: mapping('score'), system: 'unknown' })
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found'])
    for (const parameters of [
      { mapping: 'no json' },
      { mapping: '{"caseId":1}' },
      { mapping: '[]' },
      { where: '{}' },
      { where: `[{"column":"a","equals":"b","prompt":"x"}]` },
      { where: JSON.stringify([{ column: 'a', equals: 'one two three four five six seven' }]) },
      { decimal: 'point or comma' },
      { missing: '[""]' },
      { mapping: mapping('score'), prompt: 'a\u0000b' },
      { mapping: mapping('score'), label: 'a\u0000b' },
      { mapping: mapping('score'), outputs: 'text' },
    ]) {
      expect((await upload('csv', file, parameters)).body.code).toBe('invalid_request')
    }
    expect(await rowsIn('evaluation')).toBe(before)
  })
})

describe('P1.2: content in a file', () => {
  test('is nowhere in the database, in the log or in the answer, whichever column or key it came in', async () => {
    const cells = ['prompt', 'output', 'expected', 'explanation', 'note'].map(canary)
    const csv = `case_id,score,prompt,output,expected,explanation,note\n1,0.5,${cells.join(',')}\n2,0.6,${cells.join(',')}\n`
    expect((await upload('csv', csv, { mapping: mapping('score') })).status).toBe(201)
    const jsonl = JSON.stringify({
      case_id: '1',
      score: 1,
      messages: [{ content: canary('jsonl') }],
      [`Please tell me the word ${canary('key')}, now.`]: 1,
    })
    const fromJsonl = await upload('jsonl', jsonl, { mapping: mapping('score') })
    const file = JSON.parse(
      (await readFile(new URL('../../../../examples/support-bot/baseline.json', import.meta.url))).toString(),
    ) as { results: { results: Record<string, unknown>[] } }
    for (const result of file.results.results) {
      result['response'] = { ...(result['response'] as object), output: canary('response') }
      result['vars'] = { ...(result['vars'] as object), question: canary('vars') }
      result['error'] = canary('error')
      result['gradingResult'] = { ...(result['gradingResult'] as object), reason: canary('reason') }
    }
    const fromPromptfoo = await upload('promptfoo', JSON.stringify(file))
    // A faulty file quotes nothing either.
    const faulty = await upload('csv', `case_id,score\n1,${canary('fault')}\n`, { mapping: mapping('score') })
    expect(faulty.status).toBe(422)
    const names = ['jsonl', 'key', 'response', 'vars', 'error', 'reason', 'fault']
    const secrets = new Map([...cells, ...names.map(canary)].map((text) => [text, text]))
    expect((await sweep(server.owner, secrets)).found).toEqual([])
    const said = [fromJsonl.text, fromPromptfoo.text, faulty.text, server.log()].join('\n')
    expect([...secrets.keys()].filter((text) => said.includes(text))).toEqual([])
  })

  test('that sits in the column of case ids becomes a keyed digest', async () => {
    const question = 'What is the code word of our house, please? canary-case-id'
    const { status, body } = await upload('csv', `case_id,score\n"${question}",0.5\n`, { mapping: mapping('score') })
    expect(status).toBe(201)
    expect(body).toMatchObject({ digestedIdentifiers: 1 })
    expect((await sweep(server.owner, new Map([['it', 'canary-case-id']]))).found).toEqual([])
  })
})

describe('files that mean harm', () => {
  test('a flood of files is refused beyond what may wait, with the seconds to wait, and the rest is read', async () => {
    const csv = `case_id,score\n${'a1,no number\n'.repeat(100_000)}`
    const flood = Array.from({ length: 20 }, () => upload('csv', csv, { mapping: mapping('score') }))
    const answers = await Promise.all(flood)
    const refused = answers.filter(({ status }) => status === 503)
    expect(answers.filter(({ status }) => status === 422).length + refused.length).toBe(20)
    expect(refused.length).toBeGreaterThan(0)
    for (const { body, headers } of refused) expect([body.code, headers['retry-after']]).toEqual(['not_ready', '10'])
    expect((await upload('csv', csv, { mapping: mapping('score') })).status).toBe(422)
  })

  test('P5.3, ASVS 5.2.1: too large a one is refused with 413', async () => {
    const { status, body } = await upload('csv', Buffer.alloc(12 * 1024 * 1024 + 1, 'a'))
    expect([status, body.code]).toEqual([413, 'payload_too_large'])
  })

  test.each([
    ['JSON five million levels deep', 'promptfoo', () => '['.repeat(5_000_000)],
    ['objects two million levels deep', 'promptfoo', () => '{"a":'.repeat(2_000_000)],
    ['one line of ten megabytes', 'jsonl', () => `{"case_id":"${'x'.repeat(10_000_000)}","score":1}`],
    ['one cell of ten megabytes', 'csv', () => `case_id,score\n"${'x'.repeat(10_000_000)}",1`],
    ['three million columns', 'csv', () => `case_id,score${',c'.repeat(3_000_000)}\na,1`],
    ['two million empty lines', 'csv', () => `case_id,score\n${'\n'.repeat(2_000_000)}`],
    ['ten megabytes of quotes', 'csv', () => '"'.repeat(10_000_000)],
  ] as const)('%s holds up nobody: /livez answers meanwhile', async (_what, format, make) => {
    const body = make()
    // One that is answered before anything else could be shows nothing, and is sent again.
    const send = () => upload(format, body, format === 'promptfoo' ? {} : { mapping: mapping('score') })
    let seen = await beatsDuring(send)
    for (let more = 0; more < 3 && seen.beats <= 1; more += 1) seen = await beatsDuring(send)
    expect([seen.status, seen.text.slice(0, 300), seen.beats > 1]).toEqual([
      expect.toBeOneOf([201, 422]),
      expect.any(String),
      true,
    ])
  })
})

/** Does something, and counts how often /livez answers meanwhile. */
async function beatsDuring(work: () => ReturnType<Upload>): Promise<{ beats: number; status: number; text: string }> {
  const state = { done: false }
  const working = work().finally(() => (state.done = true))
  let beats = 0
  while (!state.done) {
    expect((await fetch(`${origin}/livez`)).status).toBe(200)
    beats += 1
  }
  const { status, text } = await working
  return { beats, status, text }
}
