import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fixturesDir, type ServerProcess, startServerProcess } from '@afterai/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const fixtures = fixturesDir()
const work = mkdtempSync(join(tmpdir(), 'afterai-e2e-'))
const people = {
  default: { email: 'ana@example.com', name: 'Ana', password: 'brave tulip 42 harbour' },
  ben: { email: 'ben@example.com', name: 'Ben', password: 'quiet river 77 lantern' },
}

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

let server: ServerProcess

function run(program: string, args: readonly string[], input = ''): Promise<Run> {
  return new Promise((resolve) => {
    const env = {
      PATH: `${root}node_modules/.bin:/usr/local/bin:/usr/bin:/bin`,
      XDG_CONFIG_HOME: join(work, 'config'),
      AFTERAI_URL: server.origin,
    }
    const child = execFile(program, args, { cwd: work, env, maxBuffer: 64e6 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr })
    })
    child.stdin?.end(input)
  })
}

/** Runs the command line as a person would, and reads its `--json`. */
async function afterai<T>(...args: string[]): Promise<T> {
  const result = await run(join(root, 'packages/cli/bin/afterai'), [...args, '--json'])
  if (result.code !== 0) throw new Error(`afterai ${args.join(' ')}: ${result.code} ${result.stderr}`)
  return JSON.parse(result.stdout) as T
}

function signIn(profile: keyof typeof people, how: readonly string[]): Promise<Run> {
  const { name, password } = people[profile]
  const args = ['login', ...how, '--name', name, '--profile', profile, '--password-stdin']
  return run(join(root, 'packages/cli/bin/afterai'), args, `${password}\n`)
}

interface Metric {
  metric: string
  delta: number
  interval: { lower: number; upper: number }
  lost: number | null
  gained: number | null
  band: string
}

/** One change on the way from observation to a sealed, exported record. */
async function takeThrough(system: string, models: readonly [string, string], importing: (model: string) => string[]) {
  await afterai('system', 'create', system)
  for (const model of models) await afterai('observe', '--system', system, '--model', model)
  const { items } = await afterai<{ items: { id: string }[] }>('ace', 'list', '--system', system)
  const change = items[0]?.id ?? ''
  await afterai('ace', 'confirm', change, '--severity', 'high')
  const ids: string[] = []
  for (const model of models) ids.push((await afterai<{ id: string }>('import', ...importing(model))).id)
  const [baseline = '', candidate = ''] = ids
  const { id, assessment } = await afterai<{ id: string; assessment: { verdict: string; metrics: Metric[] } }>(
    'assess',
    change,
    '--baseline',
    baseline,
    '--candidate',
    candidate,
  )
  const justification = 'It answers fewer cases rightly than before, by more than we accept.'
  const decision = await afterai<{ id: string }>(
    'decide',
    change,
    '--not-act',
    '--detail',
    'reject',
    '--assessment',
    id,
    '--justification',
    justification,
  )
  const { recordId } = await afterai<{ recordId: string }>('approve', decision.id, '--yes', '--profile', 'ben')
  const bundle = join(work, `${system}.json`)
  await afterai('record', 'export', recordId, '--out', bundle, '--keys', join(work, 'keys'), '--force')
  return { assessment, bundle }
}

beforeAll(async () => {
  server = await startServerProcess({
    env: { AFTERAI_DATA_DIR: join(work, 'data') },
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
  })
  await vi.waitUntil(() => server.output().includes('--setup'), { timeout: 20_000 })
  const code = /--setup (\S+)/.exec(server.output())?.[1] ?? ''
  await signIn('default', ['--setup', code, '--email', people.default.email])
  const invitation = await afterai<{ code: string }>('user', 'invite', people.ben.email, '--role', 'approver')
  await signIn('ben', ['--invitation', invitation.code])
})

afterAll(async () => {
  server.signal('SIGTERM')
  await server.ending
  rmSync(work, { recursive: true, force: true })
})

describe.skipIf(fixtures === undefined)(
  'real evaluation results (skipped where ../shared/fixtures is not there)',
  () => {
    it('P1.1: GPT-4 of March to June 2023 ends as a sealed material regression, from metadata alone', async () => {
      const csv = join(fixtures ?? '', 'evidence/llmdrift_prime.csv')
      const columns = ['correct=score:binary:up', 'latency=latency_s:latency:down', 'cost=cost_usd:cost:down']
      const { assessment } = await takeThrough('math-tutor', ['gpt-4-0314', 'gpt-4-0613'], (model) => [
        csv,
        '--format',
        'csv',
        '--where',
        `config=${model}`,
        '--case',
        'case_id',
        ...columns.flatMap((column) => ['--metric', column]),
      ])
      expect(assessment.verdict).toBe('material_regression')
      const [correct, latency, cost] = assessment.metrics
      expect(correct?.delta).toBeCloseTo(-0.329, 10)
      expect(correct?.interval.lower).toBeCloseTo(-0.3727, 4)
      expect(correct?.interval.upper).toBeCloseTo(-0.2837, 4)
      expect([correct?.lost, correct?.gained]).toEqual([476, 147])
      expect([latency?.band, cost?.band]).toEqual(['improved', 'improved'])
    })

    it('P1.1: a promptfoo run goes the same way', async () => {
      const file = join(fixtures ?? '', 'evals/promptfoo/results.json')
      const { assessment } = await takeThrough('price-bot', ['acme-large-2025-06', 'acme-small-2026-01'], (model) => [
        file,
        '--format',
        'promptfoo',
        '--provider',
        model,
      ])
      expect(assessment.verdict).toBe('material_regression')
    })

    it('P4.5: verifies both where no server runs, with the command line and with standard tools', async () => {
      server.signal('SIGTERM')
      await server.ending
      for (const system of ['math-tutor', 'price-bot']) {
        const verdicts = await verifyBothWays(join(work, `${system}.json`))
        expect(verdicts).toEqual([0, 0])
      }
    })

    it('P4.5: gives one flipped byte in any part of the bundle its named verdict, the same in both verifiers', async () => {
      const bundle = JSON.parse(readFileSync(join(work, 'math-tutor.json'), 'utf8')) as Bundle
      const flipped = join(work, 'flipped.json')
      const verdicts: Record<string, readonly number[]> = {}
      for (const [part, change] of Object.entries(flips)) {
        const copy = structuredClone(bundle)
        change(copy)
        writeFileSync(flipped, JSON.stringify(copy))
        verdicts[part] = await verifyBothWays(flipped)
      }
      expect(verdicts).toEqual({
        payload: [12, 12],
        signature: [12, 12],
        entry: [13, 13],
        'entry whose key is no digest': [10, 10],
        'proof hash': [13, 13],
        'checkpoint root': [12, 12],
        'disclosed bytes': [16, 16],
        salt: [16, 16],
      })
    })
  },
)

interface Bundle {
  entry: string
  dsseEnvelope: { payload: string; signatures: { sig: string }[] }
  tlogProof: string
  disclosures: { bytes: string; salt: string }[]
}

/** The parts of a bundle, each with one bit of one byte turned. */
const flips: Readonly<Record<string, (bundle: Bundle) => void>> = {
  payload: (it) => (it.dsseEnvelope.payload = flip(it.dsseEnvelope.payload, 200)),
  signature: ({ dsseEnvelope: { signatures } }) => signatures.forEach((it) => (it.sig = flip(it.sig, 10))),
  entry: (it) => (it.entry = setByte(it.entry, 20, (digit) => (digit === zero ? one : zero))),
  'entry whose key is no digest': (it) => (it.entry = setByte(it.entry, 20, () => noDigit)),
  'proof hash': (it) => (it.tlogProof = flipLine(it.tlogProof, 2)),
  'checkpoint root': (it) => (it.tlogProof = flipLine(it.tlogProof, it.tlogProof.split('\n').indexOf('') + 3)),
  'disclosed bytes': ({ disclosures }) => disclosures.slice(0, 1).forEach((it) => (it.bytes = flip(it.bytes, 30))),
  salt: ({ disclosures }) => disclosures.slice(0, 1).forEach((it) => (it.salt = flip(it.salt, 5))),
}

/** The digits of an entry's key, which is random: a bit turned in `a` or `f` would leave no digest, and another verdict. */
const [zero = 0, one = 0, noDigit = 0] = Buffer.from('01g')

function flip(base64: string, at: number): string {
  return setByte(base64, at, (byte) => byte ^ 1)
}

function setByte(base64: string, at: number, changed: (byte: number) => number): string {
  const bytes = Buffer.from(base64, 'base64')
  bytes[at] = changed(bytes.readUInt8(at))
  return bytes.toString('base64')
}

function flipLine(text: string, at: number): string {
  return text
    .split('\n')
    .map((line, index) => (index === at ? flip(line, 3) : line))
    .join('\n')
}

async function verifyBothWays(bundle: string): Promise<readonly number[]> {
  const [pem, vkey] = [join(work, 'keys/record-key.pem'), join(work, 'keys/log.vkey')]
  expect(existsSync(pem) && existsSync(vkey)).toBe(true)
  const cli = await run(join(root, 'packages/cli/bin/afterai'), [
    'record',
    'verify',
    bundle,
    '--record-key',
    pem,
    '--log-vkey',
    vkey,
  ])
  const script = await run(join(root, 'docs/verify.sh'), [bundle, pem, readFileSync(vkey, 'utf8').trim()])
  return [cli.code, script.code]
}
