import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLog } from './log.ts'

const canary = 'canary-5b1f0c'

/** Returns what is written to the log, and checks that each line is JSON. */
function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  write(createLog('trace', { write: (line) => void lines.push(line) }))
  for (const line of lines) JSON.parse(line)
  return lines.join('')
}

const secretNames = [
  'password',
  'newPassword',
  'password_hash',
  'passphrase',
  'secret',
  'clientSecret',
  'client_secret',
  'CLIENT-SECRET',
  'token',
  'accessToken',
  'id_token',
  'tokens',
  'code',
  'userCode',
  'recoveryCodes',
  'ticket',
  'signInTicket',
  'authorization',
  'Proxy-Authorization',
  'cookie',
  'set-cookie',
  'Set-Cookie',
  'key',
  'apiKey',
  'keys',
  'digestKeyHex',
  'privateKey',
  'x-api-key',
  'handle',
  'refreshHandle',
  'assertion',
  'client_assertion',
  'pkceCodeVerifier',
  'challenge',
  'nonce',
  'salt',
  'state',
  'PEM',
  'logKeyPem',
  'TOTPSeed',
  'apikey',
  'x-apikey',
  'XApiKey',
  'accesstoken',
  'privatekey',
  'sessionid',
  'sid',
  'pwd',
  'dbpwd',
  'pgpassword',
  'auth',
  'proxy_auth',
  'setcookie',
]

/** Secrets of somebody's own choice, of letters, a digit and signs: also of those that end a word elsewhere. */
const chosen = fc.string({ unit: fc.constantFrom(...Array.from('aZ9@/:&?#=%.,;+-_~!$*()[]{}"\\')), maxLength: 12 })

/** How a secret stands in a text that has no names. */
const sayings: readonly ((secret: string) => string)[] = [
  (it) => `password=${it}`,
  (it) => `the login failed: user=ann PASSWORD=${it} host=db`,
  (it) => `PGPASSWORD=${it} psql`,
  (it) => `password: ${it}`,
  (it) => `{"password":"${it}","user":"ann"}`,
  (it) => `apikey=${it}`,
  (it) => `GET https://afterai.example/v1/oidc/callback?code=${it}&state=${it} failed`,
  (it) => `redirected to /callback?tenant=acme&state=${it}`,
  (it) => `https://idp.example/authorize?redirect_uri=https%3A%2F%2Fx%2F%3Fcode%3D${it}`,
  (it) => `https://idp.example/cb#access_token=${it}`,
  (it) => `cannot reach postgres://server:${it}@db.example/afterai`,
  (it) => `cannot reach https://${it.replaceAll('/', '')}@db.example/afterai`,
]

const secretName = fc.constantFrom(...secretNames)
const plainName = fc.constantFrom(
  'requestId',
  'tenantId',
  'route',
  'streamId',
  'reason',
  'about',
  'item',
  'monkeys2',
  'x',
)

/** The canary below a name that says so, wrapped in objects, arrays and errors at random. */
const hidden = fc
  .tuple(
    secretName,
    fc.constantFrom<unknown>(canary, [canary], { value: canary }, [{ deep: [canary] }], new Error(canary)),
    fc.array(fc.tuple(fc.constantFrom('object', 'array', 'error', 'cause', 'map', 'instance'), plainName), {
      maxLength: 10,
    }),
  )
  .map(([name, secret, wrappings]) =>
    wrappings.reduce<object>((inner, [kind, name]) => wrap(kind, name, inner), { [name]: secret }),
  )

function wrap(kind: string, name: string, inner: object): object {
  if (kind === 'array') return { [name]: [1, inner, [inner]] }
  if (kind === 'error') return Object.assign(new Error('it failed'), { [name]: inner, ...inner })
  if (kind === 'cause')
    return {
      [name]: new Error('it failed', {
        cause: inner instanceof Error ? inner : Object.assign(new Error('deeper'), inner),
      }),
    }
  if (kind === 'map') return { [name]: new Map([[name, inner]]) }
  if (kind === 'instance') return { [name]: Object.assign(new Hoarder(), inner) }
  return { [name]: inner, other: 1 }
}

class Hoarder {
  /** Returns an object that JSON would take instead of the redacted one. */
  toJSON(): object {
    return { kept: canary }
  }
}

describe('P1.2, ASVS 16.2.5: no secret is logged', () => {
  test('by its name, however deep, in lists, errors and their causes', () => {
    fc.assert(
      fc.property(hidden, plainName, (value, name) => {
        const line = logged((log) => {
          log.info({ [name]: value }, 'fields')
          log.error({ err: value }, 'an error')
          log.warn(value, 'at the top')
          log
            .child({ [name]: value })
            .child(value)
            .info('bound')
        })
        expect(line).not.toContain(canary)
      }),
      { numRuns: 500 },
    )
  })

  test.each(secretNames)('%s is a secret’s name', (name) => {
    expect(logged((log) => log.info({ [name]: canary }))).toContain('[redacted]')
  })

  test('while what has another name is logged as it is', () => {
    // Nor is it an address or says what it is.
    const word = fc.string({ maxLength: 20 }).filter((it) => !/[/=:]/.test(it))
    const plain = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null))
    fc.assert(
      fc.property(
        fc.dictionary(plainName, fc.oneof(plain, fc.array(plain), fc.dictionary(plainName, plain))),
        (fields) => {
          expect(JSON.parse(logged((log) => log.info(fields)))).toMatchObject(structuredClone(fields))
        },
      ),
    )
  })

  test('nor by its form, in a message, a text or an error', () => {
    const random = (bytes: number): string => randomBytes(bytes).toString('hex')
    const tail = random(16)
    const texts = [
      `aftr_live_${tail}000000`,
      `aftr_refresh_${tail}`,
      `aftr_ticket_${tail}`,
      `aftr_device_${tail}`,
      `whsec_${tail}`,
      `eyJhbGciOiJFZERTQSJ9.${tail}.${tail}`,
      `Bearer ${tail}`,
      `Basic ${tail}`,
      `postgresql://server:${tail}@db.example/afterai`,
      `smtps://user:${tail}@mail.example`,
    ]
    for (const text of texts) {
      const line = logged((log) => {
        log.info(text)
        log.info('it was %s', text)
        log.info({ reason: `before ${text} after` })
        log.error({ err: new Error(text, { cause: new TypeError(text) }) })
      })
      expect(line.split(tail), text).toHaveLength(1)
    }
    expect(logged((log) => log.info('spent ABCDE-23456-FGHJK-789MN'))).toContain('spent [redacted]')
  })

  test('nor where a message says what it is, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.constantFrom(...sayings), chosen, chosen, (say, before, after) => {
        const said = say(`a${before}${canary}${after}z`)
        const line = logged((log) => {
          log.info(said)
          log.info({ reason: said, err: new Error(said) }, 'it was %s', said)
        })
        expect(line).not.toContain(canary)
      }),
      { numRuns: 1000 },
    )
  })

  test('and a line is JSON still, whatever a text is made of', () => {
    const unit = fc.constantFrom(
      'password',
      '=',
      ': ',
      '"',
      '\\',
      '//',
      'u:',
      '@',
      ' ',
      '\n',
      'eyJaaaaaaaa',
      '.',
      "'",
      '{',
      '%3D',
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        const line = logged((log) => log.info({ x: text, [text]: 1, err: new Error(text) }, text))
        expect(JSON.parse(line)).toMatchObject({ level: 30 })
      }),
      { numRuns: 1000 },
    )
  })

  test('while what says nothing of the kind is said', () => {
    for (const text of [
      'statusCode=200 monkey=3 took 12 ms',
      'at run (file:///app/node_modules/@fastify/cookie/plugin.js:12:3)',
      'see https://afterai.example/docs/?page=2#top',
      'connect ECONNREFUSED 127.0.0.1:5432',
    ])
      expect(JSON.parse(logged((log) => log.info(text))).msg).toBe(text)
  })

  test.each([
    ['JWTs', 'eyJaaaaaaaa-'],
    ['addresses', '//'],
    ['logins', '//u:p'],
    ['keys', 'aftr_a'],
    ['passwords', 'password'],
    ['words', 'a '],
  ])('of a text of very many %s no more than a part', (_what, part) => {
    const text = part.repeat(1_200_000 / part.length)
    const line = logged((log) => {
      log.info(text)
      log.info({ reason: text, items: Array.from({ length: 100 }, () => text), err: new Error(text) }, 'fields')
    })
    expect(line.length).toBeLessThan(2 * 65_536)
  })

  test('and none of a secret that the end of the part would fall into', () => {
    for (let length = 8_000; length < 8_300; length += 1) {
      const text = `${'a '.repeat(length / 2)}postgres://u:${canary}@db`
      expect(logged((log) => log.info({ reason: text, err: new Error(text) }))).not.toContain(canary.slice(0, 9))
    }
  })

  test('of bytes, maps and the like no more than what they are', () => {
    const values = [
      Buffer.from(canary),
      new Map([[canary, canary]]),
      new Set([canary]),
      new URL(`https://u:${canary}@x/`),
    ]
    expect(logged((log) => log.info({ values }))).toContain('["[Buffer]","[Map]","[Set]","[URL]"]')
  })

  test('an error is its type, message, code, stack and causes; a thrown text is only that', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ECONNRESET', connection: canary })
    const line = logged((log) => log.error({ err: new Error('outer', { cause }) }))
    expect(JSON.parse(line).err).toEqual({
      type: 'Error',
      message: 'outer',
      stack: expect.stringMatching(/^ {4}at /),
      cause: { type: 'TypeError', message: 'inner', code: 'ECONNRESET', stack: expect.stringMatching(/^ {4}at /) },
    })
    expect(JSON.parse(logged((log) => log.error({ err: canary }))).err).toEqual({ type: 'string' })
  })

  test('what refers to itself or is very large ends somewhere', () => {
    const circle: Record<string, unknown> = { item: 1 }
    circle['x'] = circle
    const long = Array.from({ length: 10_000 }, (_, index) => index)
    const error = new Error('circular')
    error.cause = error
    expect(logged((log) => log.error({ circle, long, err: error })).length).toBeLessThan(20_000)
  })
})
