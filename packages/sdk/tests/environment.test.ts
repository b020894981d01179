import { afterEach, expect, test } from 'vitest'
import { AfterAI, type AfterAIOptions } from '../src/index.ts'
import { standInApiKey, type StandInServer, startStandIn } from '../testing/stand-in-server.ts'

const open: (() => unknown)[] = []
afterEach(async () => void (await Promise.all(open.splice(0).map((close) => close()))))

function connect(options: Partial<AfterAIOptions>): AfterAI {
  const afterai = new AfterAI({ apiKey: standInApiKey, ...options })
  open.push(() => afterai.shutdown(0))
  return afterai
}

async function start(): Promise<StandInServer> {
  const server = await startStandIn()
  open.push(() => server.close())
  return server
}

const misspellings = ['enviroment', 'env', 'Environment', 'deploymentEnvironment', 'deployment_environment']

test.each(misspellings)('what is told under %s, for environment, counts in no environment', async (field) => {
  const server = await start()
  const said: string[] = []
  const onDiagnostic = ({ message }: { message: string }) => said.push(message)
  const odd = { [field]: 'CONTENT', onDiagnostic, endpoint: server.origin } as Partial<AfterAIOptions>
  const off = connect(odd)
  off.system('bot').measure({ latencyMs: 1 })
  expect(await off.flush(1_000)).toBe(false)
  expect(off.diagnostics().filter(({ code }) => code === 'misconfigured')).toMatchObject([
    { message: expect.stringContaining('(environment)') },
  ])
  // With one that is told, it is a field that there isn't, like any other.
  const on = connect({ ...odd, environment: 'test' })
  on.system('bot').measure({ latencyMs: 1 })
  expect(await on.flush(10_000)).toBe(true)
  const handle = on.system('bot', { [field]: 'CONTENT' })
  handle.measure({ latencyMs: 1 })
  handle.observe({ model: { name: 'm' } })
  on.system('bot', { environment: 'canary', [field]: 'CONTENT' }).measure({ latencyMs: 1 })
  expect(await on.flush(10_000)).toBe(false)
  expect(on.stats()).toMatchObject({ enqueued: 4, delivered: 2, droppedBy: { invalid: 2 } })
  const environments = server.events().map(({ environment }) => environment)
  expect(environments.toSorted()).toEqual(['canary', 'test'])
  expect(JSON.stringify(said)).not.toContain('CONTENT')
})

test('an environment that is given as undefined counts as production, and that is told', async () => {
  const endpoint = (await start()).origin
  // What JavaScript may say and the type doesn't.
  const given = connect({ endpoint, environment: undefined } as unknown as AfterAIOptions)
  expect(given.diagnostics()).toMatchObject([{ code: 'assumed_production' }])
  expect(connect({ endpoint }).diagnostics()).toEqual([])
  given.system('bot').measure({ latencyMs: 1 })
  expect(await given.flush(10_000)).toBe(true)
})
