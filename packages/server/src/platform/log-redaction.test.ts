import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLog } from './log.ts'

const canary = 'canary-5b1f0c'

/** What one call of the log writes. */
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
  /** What JSON would take instead of the redacted object. */
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
    const plain = fc.oneof(fc.string({ maxLength: 20 }), fc.integer(), fc.boolean(), fc.constant(null))
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
