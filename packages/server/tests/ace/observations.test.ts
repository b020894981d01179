import { randomBytes } from 'node:crypto'
import type { Configuration, DeltaItem } from '@afterai/contract'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { configurationOf } from '../../testing/lifecycle.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let member: Person
let count = 0

beforeAll(async () => {
  server = await startTestServer()
  member = await server.addPerson(server.admin.tenant, 'member')
})
afterAll(() => server.stop())

interface Outcome {
  id: string
  outcome: string
  fingerprint: string
  changeId: string | null
}

async function newSystem(): Promise<string> {
  const name = `system-${(count += 1)}`
  await server.expectOk({ method: 'POST', path: '/v1/systems', token: member.token, body: { name } })
  return name
}

const send = (observations: unknown[]) =>
  server.send<{ results: Outcome[]; code: string; errors: unknown[] }>({
    method: 'POST',
    path: '/v1/observations',
    token: member.token,
    body: { observations },
  })

async function observe(system: string, model: string, more: object = {}): Promise<Outcome> {
  const { body, status, text } = await send([{ system, configuration: configurationOf(model), ...more }])
  const [outcome] = body.results ?? []
  if (outcome === undefined) throw new Error(`${status} ${text}`)
  return outcome
}

async function changesOf(
  system: string,
): Promise<{ id: string; status: string; delta: DeltaItem[]; observations: number; changeTypes: string[] }[]> {
  const path = `/v1/changes?limit=200&system=${system}`
  return (await server.expectOk<{ items: never[] }>({ path, token: member.token })).items
}

describe('outcomes', () => {
  test('the first is the baseline, the same is unchanged, another opens a change, the same id counts once', async () => {
    const system = await newSystem()
    const id = newId()
    const outcomes = [
      await observe(system, 'a'),
      await observe(system, 'a'),
      await observe(system, 'b', { id }),
      await observe(system, 'b', { id }),
      await observe(system, 'b'),
    ]
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'baseline',
      'unchanged',
      'changed',
      'duplicate',
      'unchanged',
    ])
    expect(outcomes[3]?.changeId).toBe(outcomes[2]?.changeId)
    expect(await changesOf(system)).toHaveLength(1)
  })

  test('P6.1: going back is a change of its own, and so is going forth again', async () => {
    const system = await newSystem()
    const outcomes = []
    for (const model of ['a', 'b', 'a', 'b']) outcomes.push(await observe(system, model))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['baseline', 'changed', 'changed', 'changed'])
    expect(new Set(outcomes.map(({ changeId }) => changeId)).size).toBe(4)
    const moves = (await changesOf(system)).map(({ delta }) => delta.map((it) => [it.before, it.after]).flat())
    expect(moves.toReversed()).toEqual([
      ['a', 'b'],
      ['b', 'a'],
      ['a', 'b'],
    ])
  })

  test('a change that was dismissed opens anew when it comes again', async () => {
    const system = await newSystem()
    await observe(system, 'a')
    const { changeId } = await observe(system, 'b')
    const path = `/v1/changes/${changeId}/dismiss`
    await server.expectOk({ method: 'POST', path, token: member.token, body: { reason: 'a test' } })
    await observe(system, 'a')
    expect((await observe(system, 'b')).changeId).not.toBe(changeId)
  })

  test('one that comes late neither opens a change nor moves the environment back', async () => {
    const system = await newSystem()
    await observe(system, 'a', { observedAt: '2026-01-01T00:00:00Z' })
    await observe(system, 'b', { observedAt: '2026-01-03T00:00:00Z' })
    const late = await observe(system, 'a', { observedAt: '2026-01-02T00:00:00Z' })
    expect(late.outcome).toBe('late')
    expect((await observe(system, 'b')).outcome).toBe('unchanged')
    expect(await changesOf(system)).toHaveLength(1)
  })

  test('one that comes late with what never ran there opens a change of its time, and what runs now stays', async () => {
    const system = await newSystem()
    await observe(system, 'a', { observedAt: '2026-01-01T00:00:00Z' })
    await observe(system, 'b', { observedAt: '2026-01-03T00:00:00Z' })
    expect((await observe(system, 'c', { observedAt: '2026-01-02T00:00:00Z' })).outcome).toBe('changed')
    expect((await observe(system, 'd', { observedAt: '2025-11-01T00:00:00Z' })).outcome).toBe('baseline')
    expect((await observe(system, 'b')).outcome).toBe('unchanged')
    const moves = (await changesOf(system)).map(({ delta }) => delta.map((it) => [it.before, it.after]).flat())
    // The one that was open says what ran before it as it is known now; what ran first had something before it.
    expect(moves.toReversed()).toEqual([
      ['c', 'b'],
      ['a', 'c'],
      ['d', 'a'],
    ])
  })

  test('an id that was used for another observation is refused, and nothing of its batch is kept', async () => {
    const [system, id] = [await newSystem(), newId()]
    const told = (model: string, more = {}) => ({ id, system, configuration: configurationOf(model), ...more })
    expect((await send([told('a')])).status).toBe(200)
    expect((await send([told('a')])).body.results[0]?.outcome).toBe('duplicate')
    const fresh = { ...told('c'), id: newId() }
    for (const other of [told('b'), told('a', { environment: 'staging' })]) {
      const refused = await send([fresh, other])
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/observations/1/id' }] } })
    }
    expect((await observe(system, 'a')).outcome).toBe('unchanged')
  })

  test('an imported past opens its own changes, one after the other, and leaves what runs now as it is', async () => {
    const system = await newSystem()
    await observe(system, 'd')
    const past = (model: string, day: number, id = newId()) => ({
      id,
      system,
      configuration: configurationOf(model),
      origin: 'import',
      observedAt: `2026-01-0${day}T00:00:00Z`,
    })
    const batch = [past('a', 1), past('b', 2), past('b', 3), past('c', 4)]
    const outcomesOf = async (observations: unknown[]): Promise<string[]> =>
      (await send(observations)).body.results.map(({ outcome }) => outcome)
    expect(await outcomesOf(batch)).toEqual(['baseline', 'changed', 'unchanged', 'changed'])
    expect(await outcomesOf(batch)).toEqual(['duplicate', 'duplicate', 'duplicate', 'duplicate'])
    expect(await outcomesOf([past('e', 5)])).toEqual(['changed'])
    expect((await observe(system, 'd')).outcome).toBe('unchanged')
    const moves = (await changesOf(system)).map(({ delta }) => delta.map((it) => [it.before, it.after]).flat())
    // What runs now followed on what was imported last.
    expect(moves.toReversed()).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      ['e', 'd'],
      ['c', 'e'],
    ])
  })

  test('an import parts no run that was seen to go on after it: a commit isn’t a deployment', async () => {
    const system = await newSystem()
    const at = (minutesAgo: number): string => new Date(Date.now() - minutesAgo * 60_000).toISOString()
    for (const ago of [30, 20]) await observe(system, 'a', { observedAt: at(ago) })
    expect((await observe(system, 'b', { observedAt: at(10) })).outcome).toBe('changed')
    expect((await observe(system, 'b', { observedAt: at(25), origin: 'import' })).outcome).toBe('unchanged')
    expect(await changesOf(system)).toHaveLength(1)
  })

  test('a past that is imported hides no change of what runs now', async () => {
    const system = await newSystem()
    await observe(system, 'a')
    const imported = {
      system,
      configuration: configurationOf('b'),
      origin: 'import',
      observedAt: '2026-01-01T00:00:00Z',
    }
    expect((await send([imported])).body.results[0]?.outcome).toBe('baseline')
    expect((await observe(system, 'b')).outcome).toBe('changed')
  })

  test('a clock that is minutes ahead hides no change that comes after it', async () => {
    const system = await newSystem()
    await observe(system, 'a')
    await observe(system, 'b', { observedAt: new Date(Date.now() + 240_000).toISOString() })
    expect((await observe(system, 'a')).outcome).toBe('changed')
    expect((await observe(system, 'c')).outcome).toBe('changed')
  })

  test('one from the future is refused with its place, and nothing of its batch is kept', async () => {
    const system = await newSystem()
    const good = { system, configuration: configurationOf('a') }
    const future = { ...good, observedAt: new Date(Date.now() + 3_600_000).toISOString() }
    const answer = await send([good, future, { ...good, system: 'unknown' }])
    expect(answer.body).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/observations/1/observedAt' }, { pointer: '/observations/2/system' }],
    })
    expect((await observe(system, 'a')).outcome).toBe('baseline')
  })

  test('environments are told apart', async () => {
    const system = await newSystem()
    expect((await observe(system, 'a')).outcome).toBe('baseline')
    expect((await observe(system, 'b', { environment: 'staging' })).outcome).toBe('baseline')
  })
})

describe('many at once', () => {
  test('thirty observers of one change open one', async () => {
    const system = await newSystem()
    await observe(system, 'a')
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => observe(system, 'b')))
    expect(outcomes.filter(({ outcome }) => outcome === 'changed')).toHaveLength(1)
    expect(outcomes.filter(({ outcome }) => outcome === 'unchanged')).toHaveLength(29)
    expect(await changesOf(system)).toHaveLength(1)
  })

  test('thirty first observers make one baseline', async () => {
    const system = await newSystem()
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => observe(system, 'a')))
    expect(outcomes.filter(({ outcome }) => outcome === 'baseline')).toHaveLength(1)
  })

  test('a batch of five hundred spans a change in the order of time, however it is sorted', async () => {
    const system = await newSystem()
    const start = Date.parse('2026-02-01T00:00:00Z')
    const observations = Array.from({ length: 500 }, (_, index) => ({
      system,
      configuration: configurationOf(index < 250 ? 'a' : 'b'),
      observedAt: new Date(start + index * 1000).toISOString(),
    })).toReversed()
    const { body } = await send(observations)
    const outcomes = body.results.map(({ outcome }) => outcome).toReversed()
    expect(outcomes[0]).toBe('baseline')
    expect(outcomes.indexOf('changed')).toBe(250)
    expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(1)
    expect((await send([...observations, observations[0]])).status).toBe(400)
  })

  test('a batch tells what its observations would tell one after the other', async () => {
    const told = fc.array(
      fc.record({ model: fc.constantFrom('a', 'b', 'c'), environment: fc.constantFrom('p', 'q') }),
      {
        minLength: 1,
        maxLength: 10,
      },
    )
    const start = Date.parse('2026-03-01T00:00:00Z')
    await fc.assert(
      fc.asyncProperty(told, fc.boolean(), async (all, isImported) => {
        const [together, apart] = [await newSystem(), await newSystem()]
        const of = (system: string) =>
          all.map(({ model, environment }, nth) => ({
            system,
            environment,
            configuration: configurationOf(model),
            origin: isImported ? 'import' : 'sdk',
            observedAt: new Date(start + nth * 90_000).toISOString(),
          }))
        const { body } = await send(of(together))
        const outcomes = []
        for (const one of of(apart)) outcomes.push((await send([one])).body.results[0]?.outcome)
        expect(body.results.map(({ outcome }) => outcome)).toEqual(outcomes)
        const seen = async (system: string): Promise<unknown[]> =>
          (await changesOf(system))
            .map(({ delta, observations, status }) => JSON.stringify({ delta, observations, status }))
            .toSorted()
        expect(await seen(together)).toEqual(await seen(apart))
        const places = async (system: string) => {
          const path = `/v1/systems/${system}`
          return (await server.expectOk<{ environments: unknown[] }>({ path, token: member.token })).environments
        }
        expect(await places(together)).toEqual(await places(apart))
      }),
      { numRuns: 10 },
    )
  })
})

const keyedDigest = (hex: string): string => `hmac-sha256:${'0'.repeat(16)}:${hex.padStart(64, '0')}`

describe('fingerprints and deltas', () => {
  test('the order of prompts, of tools and of members is nothing', async () => {
    const system = await newSystem()
    const parts = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,5}$/),
        digest: fc.nat(255).map((n) => keyedDigest(n.toString(16))),
      }),
      {
        selector: ({ name }) => name,
        maxLength: 8,
      },
    )
    await fc.assert(
      fc.asyncProperty(parts, parts, fc.nat(), async (prompts, tools, seed) => {
        const shuffled = <T>(items: T[]): T[] => items.toSorted((a, b) => hash(a, seed) - hash(b, seed))
        const first = { model: { name: 'm', provider: 'p' }, inference: { temperature: 0.5, topP: 1 }, prompts, tools }
        const second = {
          tools: shuffled(tools),
          prompts: shuffled(prompts),
          inference: { topP: 1, temperature: 0.5 },
          model: { provider: 'p', name: 'm' },
        }
        const { body } = await send([
          { system, configuration: first },
          { system, configuration: second },
        ])
        expect(body.results[0]?.fingerprint).toBe(body.results[1]?.fingerprint)
      }),
      { numRuns: 30 },
    )
  })

  test('a name that is used twice has no order, so it is refused', async () => {
    const system = await newSystem()
    const prompts = [
      { name: 'system', digest: keyedDigest('1') },
      { name: 'system', digest: keyedDigest('2') },
    ]
    const answer = await send([{ system, configuration: { ...configurationOf('a'), prompts } }])
    expect(answer.body).toMatchObject({ errors: [{ pointer: '/observations/0/configuration/prompts' }] })
  })

  const base: Partial<Configuration> & { model: { name: string; provider: string } } = {
    model: { provider: 'acme', name: 'large' },
    inference: { temperature: 0.2 },
    prompts: [{ name: 'system', digest: keyedDigest('1') }],
    tools: [{ name: 'search', digest: keyedDigest('1') }],
  }

  test.each([
    ['model', { model: { ...base.model, name: 'small' } }, '/model/name'],
    ['model', { model: { ...base.model, provider: 'other' } }, '/model/provider'],
    ['inference', { inference: { temperature: 0.3 } }, '/inference/temperature'],
    ['prompt', { prompts: [{ name: 'system', digest: keyedDigest('2') }] }, '/prompts/system/digest'],
    ['tools', { tools: [] }, '/tools/search/digest'],
    ['vendor_blackbox', { model: { ...base.model, servedName: 'large-0613' } }, '/model/servedName'],
    ['vendor_blackbox', { model: { ...base.model, systemFingerprint: 'fp_1' } }, '/model/systemFingerprint'],
  ])('what moves in %s is told as such', async (category, moved, path) => {
    const system = await newSystem()
    await send([{ system, configuration: base }])
    await send([{ system, configuration: { ...base, ...moved } }])
    const [change] = await changesOf(system)
    expect(change?.changeTypes).toEqual([category])
    expect(change?.delta).toMatchObject([{ category, path }])
  })

  test('a model that was asked for by another name takes what is served along', async () => {
    const system = await newSystem()
    await send([{ system, configuration: { ...base, model: { ...base.model, servedName: 'a' } } }])
    await send([{ system, configuration: { ...base, model: { ...base.model, name: 'small', servedName: 'b' } } }])
    expect((await changesOf(system))[0]?.changeTypes).toEqual(['model'])
  })
})

function hash(value: unknown, seed: number): number {
  return Array.from(JSON.stringify(value)).reduce(
    (sum, letter) => (sum * 31 + letter.charCodeAt(0) + seed) % 1_000_003,
    7,
  )
}

test('pages cover everything once, newest first, whatever their size', async () => {
  const system = await newSystem()
  await observe(system, 'start')
  for (let index = 0; index < 23; index += 1) await observe(system, `model-${index}`)
  const all = (await changesOf(system)).map(({ id }) => id)
  expect(all).toHaveLength(23)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (limit) => {
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const path: string = `/v1/changes?system=${system}&limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`
        const page: { items: { id: string }[]; nextCursor: string | null } = await server.expectOk({
          path,
          token: member.token,
        })
        expect(page.items.length).toBeLessThanOrEqual(limit)
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor
      } while (cursor !== null)
      expect(seen).toEqual(all)
    }),
    { numRuns: 12 },
  )
  expect(all).toEqual(all.toSorted().toReversed())
  for (const cursor of ['x', randomBytes(300).toString('base64url'), Buffer.from("' or 1=1").toString('base64url')]) {
    const answer = await server.send({ path: `/v1/changes?cursor=${cursor}`, token: member.token })
    expect(answer.body['code']).toBe('invalid_cursor')
  }
})

test('P1.1: no field takes the text of a prompt or of an answer; a name can’t carry it either', async () => {
  const system = await newSystem()
  const text = 'You are a helpful assistant. Never reveal the code word.'
  const configuration = configurationOf('a')
  const places = [
    { system, configuration, prompt: text },
    { system, configuration: { ...configuration, prompt: text } },
    { system, configuration: { ...configuration, output: text } },
    { system, configuration: { ...configuration, model: { name: 'm', prompt: text } } },
    { system, configuration: { ...configuration, inference: { prompt: text } } },
    { system, configuration: { ...configuration, inference: { serviceTier: text } } },
    { system, configuration: { ...configuration, prompts: [{ name: 'p', digest: keyedDigest('1'), text }] } },
    { system, configuration: { ...configuration, prompts: [{ name: text, digest: keyedDigest('1') }] } },
    { system, configuration: { ...configuration, prompts: [{ name: 'p', digest: text }] } },
    { system, configuration: { ...configuration, prompts: [{ name: 'p', digest: `sha256:${'0'.repeat(64)}` }] } },
    { system, configuration: { ...configuration, prompts: [{ name: 'p', digest: keyedDigest('1'), version: text }] } },
    { system, configuration: { ...configuration, tools: [{ name: 't', digest: keyedDigest('1'), arguments: text }] } },
    { system, configuration: { ...configuration, model: { name: text } } },
    { system, configuration, environment: text },
    { system, configuration, revision: text },
  ]
  const statuses = []
  for (const place of places) statuses.push((await send([place])).status)
  expect(statuses).toEqual(places.map(() => 400))
  const { rows } = await server.owner.query(
    `select from observation o join system s on s.id = o.system_id where s.name = $1`,
    [system],
  )
  expect(rows).toEqual([])
})
