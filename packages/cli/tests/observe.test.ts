import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfiguration } from '../src/observe/read-configuration.ts'
import { afterai, startStandIn, temporaryFolder, type StandIn } from './harness.ts'
import { ids } from './samples.ts'

const canary = 'CANARY-71f3 You are a careful support agent.'
// RFC 4231 §4.2, test case 1.
const vector = {
  key: Buffer.alloc(20, 0x0b).toString('base64'),
  text: 'Hi There',
  digest: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
}
const keyId = '0123456789abcdef'

async function startObserving(): Promise<StandIn> {
  const result = { id: ids.change, outcome: 'changed', fingerprint: `sha256:${'a'.repeat(64)}`, changeId: ids.change }
  return startStandIn({
    'GET /v1/digest-key': () => [200, { keyId, key: vector.key, algorithm: 'hmac-sha256' }],
    'POST /v1/observations': () => [200, { results: [result] }],
  })
}

function sent(server: StandIn): unknown {
  return JSON.parse(server.received.find(({ method }) => method === 'POST')?.body ?? 'null')
}

test('P1.3: sends the keyed digest of a prompt (RFC 4231), never its text', async () => {
  const server = await startObserving()
  const folder = await temporaryFolder()
  const [known, secret] = [join(folder, 'known.txt'), join(folder, 'secret.txt')]
  await writeFile(known, vector.text)
  await writeFile(secret, canary)
  const model = ['--model', 'acme-large', '--provider', 'acme', '--temperature', '0.2', '--revision', '4f2c1e0']
  const files = ['--prompt', `known=${known}`, '--prompt', `answer=${secret}`, '--tool', `lookup=${secret}`]
  const ran = await afterai(['observe', '--system', 'support-bot', ...model, ...files], { env: server.env })
  expect(ran.code).toBe(0)
  expect(ran.stdout).toContain(ids.change)
  expect(sent(server)).toMatchObject({
    observations: [
      {
        system: 'support-bot',
        origin: 'manual',
        revision: '4f2c1e0',
        configuration: {
          model: { name: 'acme-large', provider: 'acme' },
          inference: { temperature: 0.2 },
          prompts: [{ name: 'answer' }, { name: 'known', digest: `hmac-sha256:${keyId}:${vector.digest}` }],
          tools: [{ name: 'lookup', digest: expect.stringMatching(/^hmac-sha256:0123456789abcdef:[0-9a-f]{64}$/) }],
        },
      },
    ],
  })
  expect(JSON.stringify(server.received)).not.toContain('CANARY')
  expect(ran.stdout + ran.stderr).not.toContain('CANARY')
})

test('reads a configuration from YAML, with paths relative to it, and lets options win', async () => {
  const server = await startObserving()
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'prompts'))
  await writeFile(join(folder, 'prompts', 'answer.txt'), vector.text)
  const file = join(folder, 'afterai.yaml')
  const yaml =
    'model: { provider: acme, name: acme-large }\ninference: { temperature: 0.2, maxTokens: 100 }\nprompts: { answer: prompts/answer.txt }\n'
  await writeFile(file, yaml)
  const ran = await afterai(['observe', '--system', 's', '--from', file, '--temperature', '0.9', '--quiet'], {
    env: server.env,
  })
  expect(ran).toMatchObject({ code: 0, stdout: `${ids.change}\n` })
  expect(sent(server)).toMatchObject({
    observations: [
      {
        configuration: {
          model: { provider: 'acme', name: 'acme-large' },
          inference: { temperature: 0.9, maxTokens: 100 },
          prompts: [{ name: 'answer', digest: `hmac-sha256:${keyId}:${vector.digest}` }],
        },
      },
    ],
  })
})

test('P1.3: every part of a configuration can stand in the file, and is what the SDK would tell', async () => {
  const vectors = new URL('../../contract/testing/fingerprint-vectors.json', import.meta.url)
  const { digestKey, vectors: all } = JSON.parse(await readFile(vectors, 'utf8')) as {
    digestKey: { keyId: string; key: string }
    vectors: { title: string; observed: Record<string, unknown>; sent: Record<string, object[]> }[]
  }
  const vector = all.find(({ title }) => title.startsWith('every part'))
  const folder = await temporaryFolder()
  // The SDK is given texts, the command line files that hold them.
  let count = 0
  const withFiles = async (value: unknown, at: string): Promise<unknown> => {
    if (typeof value === 'object' && value !== null) {
      const members = Object.entries(value).map(async ([key, it]: [string, unknown]) => [
        key === 'text' ? 'file' : key,
        await withFiles(it, key === 'text' ? 'text' : at === '' ? key : at),
      ])
      return Object.fromEntries((await Promise.all(members)) as [string, unknown][])
    }
    if (at !== 'text' && value !== 'no names' && value !== 'cases') return value
    const file = `text-${++count}.txt`
    await writeFile(join(folder, file), String(value))
    return file
  }
  await writeFile(join(folder, 'afterai.yaml'), JSON.stringify(await withFiles(vector?.observed, '')))
  const server = await startStandIn({
    'GET /v1/digest-key': () => [200, { ...digestKey, algorithm: 'hmac-sha256' }],
    'POST /v1/observations': () => [200, { results: [] }],
  })
  const ran = await afterai(['observe', '--system', 's', '--from', join(folder, 'afterai.yaml')], { env: server.env })
  expect(ran).toMatchObject({ code: 0 })
  const { configuration } = (sent(server) as { observations: { configuration: unknown }[] }).observations[0] ?? {}
  // A set has no order: the vector's is another one than the file's.
  expect(configuration).toEqual({ ...vector?.sent, retrieval: vector?.sent['retrieval']?.toReversed() })
})

test('the file that the reference shows is one', async () => {
  const page = await readFile(new URL('../../../docs/reference/configurations.md', import.meta.url), 'utf8')
  const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? []
  const { prompts, others, mcp } = parseConfiguration({ from: '/work/afterai.yaml' }, yaml)
  expect(prompts.map(({ file }) => file)).toEqual(['/work/prompts/refund.txt', '/work/prompts/support.txt'])
  expect(Object.keys(others)).toHaveLength(8)
  expect([...mcp.keys()]).toEqual(['handbook', 'tickets'])
})

test('a version that YAML takes for a number is refused, since it may be another one by then', async () => {
  const server = await startObserving()
  const file = join(await temporaryFolder(), 'afterai.yaml')
  await writeFile(file, 'model: { name: m }\nguardrails: { pii: { version: 1.10 } }\n')
  const ran = await afterai(['observe', '--system', 's', '--from', file], { env: server.env })
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('/guardrails/pii/version') })
  expect(ran.stderr).toContain('Quote versions')
  expect(server.received).toEqual([])
})

test('an agent is named by the file or by options', async () => {
  const server = await startObserving()
  const named = ['--agent', 'support-bot', '--agent-version', '1.4.0+7']
  await afterai(['observe', '--system', 's', '--model', 'm', ...named], { env: server.env })
  expect(sent(server)).toMatchObject({
    observations: [{ configuration: { agent: { name: 'support-bot', version: '1.4.0+7' } } }],
  })
})

test('P1.2: a faulty file is named without any of its text, and nothing is sent', async () => {
  const server = await startObserving()
  const folder = await temporaryFolder()
  const file = join(folder, 'afterai.yaml')
  const observe = async (): ReturnType<typeof afterai> =>
    afterai(['observe', '--system', 's', '--from', file], { env: server.env })
  for (const text of [
    `model: { name: m }\nprompts: { a: [${canary} }`,
    `model: { name: "${canary}" }`,
    `"${canary}"`,
    canary,
  ]) {
    await writeFile(file, text)
    const ran = await observe()
    expect(ran.code).not.toBe(0)
    expect(ran.stderr).toContain('afterai: ')
    expect(ran.stderr).not.toContain('CANARY')
  }
  expect(server.received).toEqual([])
})

test.each([
  [['--prompt', 'answer=/nowhere/prompt.txt'], 1, 'cannot be read (ENOENT)'],
  [['--prompt', 'answer=/dev/zero'], 1, 'is larger than 16 MiB'],
  [['--prompt', 'answer'], 2, 'NAME=FILE'],
  [['--prompt', '=x'], 2, 'NAME=FILE'],
  [['--temperature', 'warm'], 2, 'Give a number'],
])('refuses %j', async (args, code, message) => {
  const server = await startObserving()
  const ran = await afterai(['observe', '--system', 's', '--model', 'm', ...args], { env: server.env })
  expect(ran).toMatchObject({ code, stderr: expect.stringContaining(message) })
  expect(sent(server)).toBeNull()
})

test('refuses a prompt that is not UTF-8', async () => {
  const server = await startObserving()
  const file = join(await temporaryFolder(), 'prompt.txt')
  await writeFile(file, Buffer.from([0x48, 0xff, 0xfe]))
  const ran = await afterai(['observe', '--system', 's', '--model', 'm', '--prompt', `p=${file}`], { env: server.env })
  expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('is not UTF-8 text') })
})

test('a model is named as its platform names it; what has a space is refused', async () => {
  const server = await startObserving()
  const name = '@cf/meta/llama-3.1-8b-instruct+tickets#d1'
  const ran = await afterai(['observe', '--system', 's', '--model', name], { env: server.env })
  expect(ran.code).toBe(0)
  expect(sent(server)).toMatchObject({ observations: [{ configuration: { model: { name } } }] })
  const refused = await afterai(['observe', '--system', 's', '--model', 'a model'], { env: server.env })
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('256 at most') })
})
