import { execFileSync, spawn } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { afterai, startStandIn, temporaryFolder } from './harness.ts'
import { promptfooResults, written } from './promptfoo-files.ts'
import { assessment, change, decision, evaluation, evidenceDigest, ids } from './samples.ts'

const csv = 'question,right,model,output\nq1,1,old,CANARY-a\nq2,0,old,CANARY-b\nq3,1,new,CANARY-c\n'

async function csvFile(text = csv): Promise<string> {
  const path = join(await temporaryFolder(), 'results.csv')
  await writeFile(path, text)
  return path
}

const supportBot = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/support-bot/${name}`, import.meta.url))

test('imports a file as its own bytes, with its mapping in the query', async () => {
  const server = await startStandIn({ 'POST /v1/evaluations': () => [201, evaluation] })
  const path = await csvFile()
  const reading = ['--case', 'question', '--metric', 'pass=right:binary', '--where', 'model=old']
  const ran = await afterai(['import', path, ...reading, '--system', 'support-bot', '--label', 'before'], {
    env: server.env,
  })
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/output +10/) })
  const [request] = server.received
  expect(request?.body).toBe(csv)
  expect(request?.headers['content-type']).toBe('text/csv')
  expect(Object.fromEntries(request?.query ?? [])).toEqual({
    format: 'csv',
    system: 'support-bot',
    label: 'before',
    mapping: JSON.stringify({ caseId: 'question', metrics: [{ name: 'pass', column: 'right', kind: 'binary' }] }),
    where: JSON.stringify([{ column: 'model', equals: 'old' }]),
  })
})

test('a column with colons and equal signs can be a metric', async () => {
  const server = await startStandIn({ 'POST /v1/evaluations': () => [201, evaluation] })
  await afterai(['import', await csvFile(), '--case', 'q', '--metric', 'x=a:b=c:latency:down'], { env: server.env })
  expect(JSON.parse(server.received[0]?.query.get('mapping') ?? '')).toMatchObject({
    metrics: [{ name: 'x', column: 'a:b=c', kind: 'latency', direction: 'down' }],
  })
})

test('P1.2: a dry run reads the file here, tells what is dropped, shows no content and sends nothing', async () => {
  const server = await startStandIn({})
  const reading = ['--case', 'question', '--metric', 'pass=right:binary', '--where', 'model=old', '--dry-run']
  const ran = await afterai(['import', await csvFile(), ...reading], { env: server.env })
  expect(ran.code).toBe(0)
  expect(ran.stdout).toMatch(/^cases +2$/m)
  expect(ran.stdout).toMatch(/^output +2$/m)
  expect(ran.stdout).not.toContain('CANARY')
  expect(server.received).toEqual([])
})

test('a dry run tells how a table is read: separator, encoding, columns, notations, repeats and what is missing', async () => {
  const text = 'Frage;Güte;ms;Antwort\nq1;85%;1.234,5;CANARY\nq1;90%;2,5;CANARY\nq2;n/a;3;CANARY\n'
  const path = await csvFile()
  await writeFile(path, Buffer.from(text, 'latin1'))
  const reading = ['--case', 'Frage', '--metric', 'Güte=Güte:continuous:up', '--metric', 'took=ms:latency']
  const ran = await afterai(['import', path, ...reading, '--dry-run'])
  expect(ran.stderr).toBe('')
  for (const line of [
    /^cases +2$/m,
    /^repeats +1$/m,
    /^encoding +windows-1252$/m,
    /^separator +semicolon$/m,
    /^case ids +Frage$/m,
    /^Güte +Güte +continuous +up +percent +1$/m,
    /^took +ms +latency +down +decimal comma +0$/m,
    /^Antwort +3$/m,
  ])
    expect(ran.stdout).toMatch(line)
  expect(ran.stdout).not.toContain('CANARY')
  const { stdout } = await afterai(['import', path, ...reading, '--dry-run', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ repeats: 1, table: { encoding: 'windows-1252', rows: 3 } })
})

test('a file whose columns nobody knows comes with the command that maps it, and that command works', async () => {
  const path = await csvFile('question,is_right\nq1,Y\nq2,N\n')
  const refused = await afterai(['import', path, '--dry-run'])
  const command = /afterai (import .*)$/m.exec(refused.stderr)?.[1]
  expect([refused.code, command]).toEqual([1, `import ${path} --case question --metric is_right=is_right:binary:up`])
  expect(await afterai([...(command?.split(' ') ?? []), '--dry-run'])).toMatchObject({ code: 0 })
})

test('several columns of ids, the decimal mark and marks of what is missing reach the server as they were typed', async () => {
  const server = await startStandIn({ 'POST /v1/evaluations': () => [201, evaluation] })
  const options = [
    '--case',
    'task',
    '--case',
    'id',
    '--metric',
    'p=right:binary',
    '--decimal',
    'comma',
    '--missing',
    '-1',
  ]
  expect(await afterai(['import', await csvFile(), ...options], { env: server.env })).toMatchObject({ code: 0 })
  const query = server.received[0]?.query
  expect(JSON.parse(query?.get('mapping') ?? '')).toMatchObject({ caseId: ['task', 'id'] })
  expect([query?.get('decimal'), query?.get('missing')]).toEqual(['comma', '["-1"]'])
})

test('a pipe is read like a file', async () => {
  const path = await csvFile('case_id,score\nq1,1\nq2,0\n')
  const pipe = `${path}.pipe.csv`
  execFileSync('mkfifo', [pipe])
  const writing = spawn('sh', ['-c', 'cat "$0" > "$1"', path, pipe])
  const ran = await afterai(['import', pipe, '--dry-run'])
  writing.kill()
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^cases +2$/m) })
})

test('a dry run lists every fault of the file with its place, and not its text', async () => {
  const faulty = 'case_id,score\nq1,CANARY-1\nq2,0.5\n,0.1\nq4,CANARY-2\n'
  const ran = await afterai(['import', await csvFile(faulty), '--dry-run'])
  expect(ran.code).toBe(1)
  expect(ran.stderr).toContain('line 2, column score: not numbers in lines 2, 5; write one of ')
  expect(ran.stderr).toContain('line 4, column case_id: ')
  expect(ran.stderr).not.toContain('CANARY')
})

test.each([
  [['--case', 'question'], '--metric'],
  [['--metric', 'pass=right'], '--case'],
  [['--case', 'question', '--metric', 'pass'], 'NAME=COLUMN'],
  [['--case', 'question', '--metric', 'p=right', '--metric', 'p=right'], 'named twice'],
  [['--where', 'model'], 'COLUMN=VALUE'],
  [['--format', 'promptfoo', '--where', 'a=b'], '--where is for tables'],
  [['--format', 'promptfoo', '--metric', 'a=b'], 'promptfoo names its own metrics'],
  [['--format', 'junit', '--case', 'a'], 'nothing to name in junit'],
  [['--provider', 'a'], 'are for promptfoo'],
])('refuses a half-stated reading: %j', async (args, message) => {
  const ran = await afterai(['import', await csvFile(), '--dry-run', ...args])
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
})

test('assesses two files with no server, and can end with a code that tells the verdict', async () => {
  const args = ['assess', '--offline', supportBot('baseline.json'), supportBot('candidate.json')]
  const ran = await afterai([...args, '--exit-code'], { env: { AFTERAI_URL: 'http://127.0.0.1:9' } })
  expect(ran).toMatchObject({ code: 20, stdout: expect.stringContaining('MATERIAL REGRESSION') })
  expect((await afterai(args)).code).toBe(0)
  expect(await afterai([...args, '--quiet'])).toMatchObject({ code: 0, stdout: 'material_regression\n' })
  const { stdout } = await afterai([...args, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'afterai.assessment/v1', verdict: 'material_regression' })
})

test('a file tells its format, whatever it is called, and is sent as what it is', async () => {
  const server = await startStandIn({
    'POST /v1/evaluations': () => [201, { ...evaluation, notes: ['The run was cut short.'] }],
  })
  const files = [
    [await written('results.txt', promptfooResults()), 'promptfoo', 'application/json'],
    [await written('results', '<testsuite><testcase name="a-1"/></testsuite>'), 'junit', 'application/xml'],
    [
      await written('log.json', '{"version":2,"status":"success","eval":{"task":"t"},"samples":[]}'),
      'inspect',
      'application/zip',
    ],
  ] as const
  for (const [path, format, contentType] of files) {
    const ran = await afterai(['import', path], { env: server.env })
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('The run was cut short.') })
    const request = server.received.at(-1)
    expect([request?.query.get('format'), request?.headers['content-type']]).toEqual([format, contentType])
  }
})

test('a file that shows no format is refused with what is read', async () => {
  const ran = await afterai(['import', await written('results.json', '{"hello":1}'), '--dry-run'])
  expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('name it with --format') })
})

test('a dry run tells what a reader of the results should know', async () => {
  const text = '<testsuite><testcase name="a-1"/><testcase name="a-2"><skipped/></testcase></testsuite>'
  const ran = await afterai(['import', await written('report.xml', text), '--dry-run'])
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('1 skipped tests are left out.') })
})

test('assesses two selections of one file', async () => {
  const rows = Array.from({ length: 40 }, (_, index) => [`q${index},1,old`, `q${index},${index % 2},new`]).flat()
  const path = await csvFile(`case_id,correct,model\n${rows.join('\n')}\n`)
  const choice = ['--baseline-where', 'model=old', '--candidate-where', 'model=new']
  expect(await afterai(['assess', '--offline', path, path, ...choice, '--quiet'])).toMatchObject({
    code: 0,
    stdout: 'material_regression\n',
  })
})

test('assess finds evaluations by label and sends the plan', async () => {
  const server = await startStandIn({
    'GET /v1/evaluations': () => [
      200,
      { items: [evaluation, { ...evaluation, id: ids.decision, label: 'after' }], nextCursor: null },
    ],
    [`POST /v1/changes/${ids.change}/assessments`]: () => [201, assessment],
  })
  const plan = ['--margin', 'pass=0.02', '--primary', 'pass', '--primary', 'score', '--critical-slice', 'refunds']
  const sides = ['--baseline', 'before', '--candidate', 'after']
  const ran = await afterai(['assess', ids.change, ...sides, ...plan, '--exit-code'], { env: server.env })
  expect(ran).toMatchObject({ code: 20, stdout: expect.stringContaining(ids.assessment) })
  expect(JSON.parse(server.received.at(-1)?.body ?? '')).toEqual({
    baselineEvaluationId: ids.evaluation,
    candidateEvaluationId: ids.decision,
    plan: {
      mode: 'prospective',
      metrics: [
        { name: 'pass', margin: 0.02, primary: true },
        { name: 'score', primary: true },
      ],
      criticalSlices: ['refunds'],
    },
  })
})

test('decide sends the decision whole', async () => {
  const server = await startStandIn({ [`POST /v1/changes/${ids.change}/decisions`]: () => [201, decision] })
  const what = ['--act', '--detail', 'approve_with_conditions', '--justification', 'Cheaper.']
  const terms = [
    '--assessment',
    ids.assessment,
    '--condition',
    'one',
    '--condition',
    'two',
    '--check',
    'error_rate<2%/24h',
    '--check',
    'latency_p95_ms<1.2x',
    '--review-by',
    '2027-01-31',
  ]
  const ran = await afterai(['decide', ids.change, ...what, ...terms, '--quiet'], { env: server.env })
  expect(ran).toMatchObject({ code: 0, stdout: `${ids.decision}\n` })
  expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
    decision: 'act',
    decisionDetail: 'approve_with_conditions',
    justification: 'Cheaper.',
    conditions: ['one', 'two'],
    checks: [
      { metric: 'error_rate', comparison: 'at_most', bound: 0.02, of: 'value', windowHours: 24, minCalls: 20 },
      { metric: 'latency_p95_ms', comparison: 'at_most', bound: 1.2, of: 'before', windowHours: 24, minCalls: 20 },
    ],
    reviewBy: '2027-01-31',
    assessmentIds: [ids.assessment],
  })
})

test('a condition that telemetry cannot check is a usage error, and nothing is proposed', async () => {
  const server = await startStandIn({})
  const line = ['decide', ids.change, '--act', '--detail', 'approve', '--justification', 'x', '--check', 'errors<2%']
  expect(await afterai(line, { env: server.env })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The metric is one of error_rate'),
  })
  expect(server.received).toEqual([])
})

async function startApproving(evidenceChanged = false): ReturnType<typeof startStandIn> {
  return startStandIn({
    [`GET /v1/decisions/${ids.decision}`]: () => [200, { ...decision, evidenceChanged }],
    [`GET /v1/changes/${ids.change}`]: () => [200, change(ids.change)],
    [`GET /v1/changes/${ids.change}/assessments`]: () => [
      200,
      { items: [assessment, { ...assessment, id: ids.person }], nextCursor: null },
    ],
    [`POST /v1/decisions/${ids.decision}/approvals`]: () => [
      200,
      { ...decision, status: 'approved', recordId: ids.person },
    ],
  })
}

test('approve shows the change, its delta, the verdict and the digest, and sends the digest that it showed', async () => {
  const server = await startApproving()
  const ran = await afterai(['approve', ids.decision, '--comment', 'Agreed.'], { env: server.env, answers: ['y'] })
  expect(ran.code).toBe(0)
  for (const shown of ['/model/name', 'acme-small', 'material_regression', 'It loses too much.', evidenceDigest])
    expect(ran.stderr).toContain(shown)
  // The digest covers every assessment of the change, so that none can be left out of sight.
  expect(ran.stderr).toMatch(
    new RegExp(`^${ids.assessment} +material_regression +cited .* margins given with the results `, 'm'),
  )
  expect(ran.stderr).toMatch(new RegExp(`^${ids.person} +material_regression +not cited `, 'm'))
  expect(ran.stdout).toContain(ids.person)
  expect(JSON.parse(server.received.at(-1)?.body ?? '')).toEqual({
    verdict: 'approve',
    evidenceDigest,
    comment: 'Agreed.',
  })
})

test('approve tells when evidence was added or altered after the decision was proposed', async () => {
  for (const changed of [false, true]) {
    const server = await startApproving(changed)
    const ran = await afterai(['approve', ids.decision], { env: server.env, answers: ['n'] })
    expect(ran.stderr.includes('after this was proposed')).toBe(changed)
  }
})

test.each(['n', '', 'yeah no'])('approve takes %j for a no, and sends nothing', async (answer) => {
  const server = await startApproving()
  const ran = await afterai(['approve', ids.decision, '--quiet'], { env: server.env, answers: [answer] })
  expect(ran.code).toBe(1)
  expect(ran.stderr).toContain(evidenceDigest)
  expect(server.received.every(({ method }) => method === 'GET')).toBe(true)
})

test('approve approves nothing where nobody can be asked', async () => {
  const server = await startApproving()
  expect((await afterai(['approve', ids.decision], { env: server.env })).code).toBe(2)
  expect(server.received).toEqual([])
  expect((await afterai(['approve', ids.decision, '--reject', '--yes'], { env: server.env })).code).toBe(0)
  expect(JSON.parse(server.received.at(-1)?.body ?? '')).toEqual({ verdict: 'reject', evidenceDigest })
})

test('P4.4: decide and decision show name the author with the address, and a name that poses as one does not pass for it', async () => {
  const server = await startStandIn({
    [`GET /v1/changes/${ids.change}/assessments`]: () => [200, { items: [assessment], nextCursor: null }],
    [`POST /v1/changes/${ids.change}/decisions`]: () => [201, decision],
    [`GET /v1/decisions/${ids.decision}`]: () => [200, { ...decision, authorName: 'Bo <bo@example.com>\u200b\u202e' }],
  })
  const reasons = ['--not-act', '--detail', 'reject', '--justification', 'It loses too much.']
  const decided = await afterai(['decide', ids.change, ...reasons], { env: server.env })
  expect(decided.stdout).toMatch(/^author +Ada <ada@example\.com>, /m)
  const shown = await afterai(['decision', 'show', ids.decision], { env: server.env })
  expect(shown.stdout).toMatch(/^author +Bo bo <ada@example\.com>, /m)
})

test('record show names people as they were sealed, with the id; of old records by name alone', async () => {
  const { id: recordId } = decision
  const record = {
    id: recordId,
    changeId: ids.change,
    decisionId: ids.decision,
    system: 'support-bot',
    environment: 'production',
    title: 'model large → small',
    decision: 'not_act',
    decisionDetail: 'reject',
    verdict: 'green',
    riskLevel: null,
    sealedAt: '2026-03-01T00:00:00.000Z',
    state: 'integrated',
    logIndex: 3,
    sections: ['identities', 'rationale'],
    supersedes: null,
  }
  const rationale = { authorId: ids.person, justification: 'It loses too much.', approvals: [] }
  const shownWith = async (identity: object): Promise<string> => {
    const content = { rationale, identities: { [ids.person]: identity } }
    const server = await startStandIn({ [`GET /v1/records/${recordId}`]: () => [200, { ...record, content }] })
    return (await afterai(['record', 'show', recordId], { env: server.env })).stdout
  }
  const named = await shownWith({ name: 'Bo', email: 'bo@example.com' })
  expect(named).toContain(`Bo <bo@example.com> (${ids.person})`)
  expect(await shownWith({ name: 'Bo' })).toContain(`  Bo (${ids.person})`)
})

test('export writes the exact bytes of the bundle and the public keys, and writes over nothing', async () => {
  const bytes = '{"format":"x",  "odd spacing":true}'
  const server = await startStandIn({
    [`GET /v1/records/${ids.person}/bundle`]: () => (response) => response.end(bytes),
    'GET /v1/log/keys': () => [
      200,
      { origin: 'o', logVkey: 'o+01234567+AAAA', recordKeys: [{ keyid: 'k', pem: 'PEM' }] },
    ],
  })
  const folder = await temporaryFolder()
  const out = join(folder, 'record.json')
  const args = ['record', 'export', ids.person, '--out', out, '--keys', join(folder, 'keys')]
  expect((await afterai(args, { env: server.env })).code).toBe(0)
  expect(await readFile(out, 'utf8')).toBe(bytes)
  expect((await stat(out)).mode & 0o777).toBe(0o600)
  expect(await readFile(join(folder, 'keys', 'record-key.pem'), 'utf8')).toBe('PEM\n')
  expect(await readFile(join(folder, 'keys', 'log.vkey'), 'utf8')).toBe('o+01234567+AAAA\n')
  await writeFile(out, 'mine')
  expect(await afterai(args, { env: server.env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--force'),
  })
  expect(await readFile(out, 'utf8')).toBe('mine')
})
