import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AfterAI, type Measurement, type ObservedConfiguration, type RecordedChange } from '../src/index.ts'
import { runHost } from '../testing/run-host.ts'
import { standInApiKey, startStandIn } from '../testing/stand-in-server.ts'

const canary = 'CONTENT-canary-93be'

/** Every place of an event into which text can be put, on purpose or by mistake. */
function tellEverything(afterai: AfterAI): void {
  const bot = afterai.system('bot')
  const model = { name: 'acme-large' }
  bot.observe({
    model,
    prompts: { a: canary, b: { text: `${canary} b`, version: '2' } },
    tools: { t: { description: canary, nested: [{ x: canary }] }, s: canary },
    mcp: { notes: { tools: [{ name: 'search', description: canary, inputSchema: { title: canary } }] } },
    retrieval: { handbook: canary },
    guardrails: { pii: { text: canary, version: '1' } },
    postProcessing: { mask: canary },
    data: { tickets: canary },
    evaluation: { datasets: { golden: canary }, judges: { strict: { text: canary } }, scorers: { exact: canary } },
  })
  bot.record({ title: 'An honest title', changeTypes: ['prompt'], after: { model, prompts: { a: canary } } })
  const wrong: unknown[] = [
    { model: { name: `${canary} as a model` } },
    { model, prompts: { [`${canary} as a name`]: 'x' } },
    { model, messages: canary },
    { model, inference: { serviceTier: `${canary} tier` } },
    { model, guardrails: { [`${canary} as a guardrail`]: {} } },
    { model, guardrails: { pii: { digest: `${canary} digest` } } },
    { model, retrieval: { handbook: { embeddingModel: `${canary} as a model` } } },
    { model, evaluation: { judges: { strict: { prompt: canary } } } },
    { model, infrastructure: { packages: { openai: `${canary} as a version` } } },
    { model, flags: { rerank: `${canary} as a variant` } },
    { model, mcp: { notes: { tools: [{ name: `${canary} as a tool` }] } } },
    { model, mcp: { notes: { version: `${canary} as a version`, tools: [{ name: 'search' }] } } },
    { model, tools: { t: { toJSON: () => canary, text: canary, big: 1n } } },
    canary,
  ]
  for (const given of wrong) {
    bot.observe(given as ObservedConfiguration)
    bot.record({ title: 'x', changeTypes: ['prompt'], after: given } as RecordedChange)
    bot.measure(given as Measurement)
  }
  bot.measure({ route: `${canary} as a route`, output: canary } as Measurement)
  bot.measure({ error: new Error(canary) } as unknown as Measurement)
  afterai.system(`${canary} as a system`).measure({})
}

test('P1.2, P1.3: texts of prompts and tools are neither on the wire, nor in the spool, nor in what the client says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'afterai-spool-'))
  const server = await startStandIn()
  const said: string[] = []
  const afterai = new AfterAI({
    apiKey: standInApiKey,
    endpoint: server.origin,
    spoolFolder: folder,
    onDiagnostic: (it) => said.push(JSON.stringify(it)),
  })
  tellEverything(afterai)
  await afterai.flush(10_000)
  server.state = 'error'
  tellEverything(afterai)
  await sleep(500)
  const spooled = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  await afterai.shutdown(100)
  const traces = [...server.bodies, ...spooled, ...said, JSON.stringify(afterai.stats())]
  expect(spooled.length).toBeGreaterThan(0)
  expect(said.length).toBeGreaterThan(0)
  expect(server.events().filter(({ kind }) => kind !== 'measure')).toHaveLength(2)
  expect(traces.filter((text) => text.includes('canary'))).toEqual([])
  await server.close()
  rmSync(folder, { recursive: true })
})

test('P1.2: a process that dies says nothing of the texts that wait for their key', async () => {
  const server = await startStandIn({ state: 'black_hole' })
  const options = { apiKey: standInApiKey, endpoint: server.origin }
  const { stdout, stderr } = await runHost({
    rounds: 2,
    perRound: 2,
    pauseMs: 50,
    observe: true,
    end: 'throw',
    options,
  })
  expect([...server.bodies, stdout, stderr].filter((text) => text.includes('canary'))).toEqual([])
  await server.close()
})

test('P1.3: the same prompt has other digests under another tenant’s key', async () => {
  const server = await startStandIn()
  const keys = [1, 2].map((n) => ({ keyId: `000000000000000${n}`, key: Buffer.alloc(32, n).toString('base64') }))
  for (const digestKey of keys) {
    const afterai = new AfterAI({ apiKey: standInApiKey, endpoint: server.origin, digestKey })
    afterai.system('bot').observe({ model: { name: 'm' }, prompts: { p: 'Be kind.' } })
    await afterai.shutdown(10_000)
  }
  const digests = server.events().flatMap((event) => (event.kind === 'observation' ? event.configuration.prompts : []))
  expect(new Set(digests.map(({ digest }) => digest?.split(':')[2])).size).toBe(2)
  expect(server.requests).not.toContain('GET /v1/digest-key')
  await server.close()
})
