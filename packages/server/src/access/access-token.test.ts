import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { issueAccessToken, verifyAccessToken } from './access-token.ts'

const ours = generateKeyPairSync('ed25519')
const another = generateKeyPairSync('ed25519')
const sid = '01a20a5b-6239-705d-b9f2-c38849688556'
const sub = '01a20a5b-6264-774d-a8ab-2837f45895a2'
const header = { alg: 'EdDSA', typ: 'afterai-access+jwt' }
const now = (): number => Math.floor(Date.now() / 1000)
const claims = () => ({ sid, sub, iss: 'afterai', aud: 'afterai-api', iat: now(), exp: now() + 300 })

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token by hand, so that its parts may be anything. */
function forge(head: unknown, body: unknown, key = ours.privateKey): string {
  const text = `${encode(head)}.${encode(body)}`
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}

const verified = async (token: string): Promise<string | undefined> => (await verifyAccessToken(ours, token))?.sessionId

test('accepts its own token, and one made by hand to the same rules', async () => {
  const { token } = await issueAccessToken(ours, { sessionId: sid, accountId: sub })
  expect(await verified(token)).toBe(sid)
  expect(await verified(forge(header, claims()))).toBe(sid)
})

/** Another text of the same form. */
function flip(text: string): string {
  return text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`
}

describe('P3.2, ASVS 9.1.1: the signature is checked before anything else', () => {
  test('refuses a token whose signature, header or claims were changed', async () => {
    const [head = '', body = '', signature = ''] = forge(header, claims()).split('.')
    for (const token of [
      `${head}.${body}.${flip(signature)}`,
      `${head}.${encode({ ...claims(), sid: sub })}.${signature}`,
      `${encode({ ...header, x: 1 })}.${body}.${signature}`,
      `${head}.${body}.`,
      `${head}.${body}`,
    ]) {
      expect(await verified(token)).toBeUndefined()
    }
  })

  test('refuses a token of another key', async () => {
    expect(await verified(forge(header, claims(), another.privateKey))).toBeUndefined()
  })

  test('refuses every other spelling of the same signature', async () => {
    const { token } = await issueAccessToken(ours, { sessionId: sid, accountId: sub })
    const bytes = Buffer.from(token.split('.')[2] ?? '', 'base64url')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const same = alphabet
      .split('')
      .map((last) => token.slice(0, -1) + last)
      .filter((text) => Buffer.from(text.split('.')[2] ?? '', 'base64url').equals(bytes))
    expect(same.length).toBeGreaterThan(1)
    const accepted = []
    for (const text of same) if ((await verified(text)) !== undefined) accepted.push(text)
    expect(accepted).toEqual([token])
  })

  test('refuses padded, spaced, wrapped and otherwise loose Base64', async () => {
    const token = forge(header, claims())
    const [head = '', body = '', signature = ''] = token.split('.')
    for (const loose of [
      `${head}.${body}.${signature}==`,
      `${head}.${body}.${signature}\n`,
      ` ${token}`,
      `${head} .${body}.${signature}`,
      `${head}.${body}\t.${signature}`,
      `${head}.${body}.${signature.replaceAll('-', '+').replaceAll('_', '/')}+`,
      `${token}.`,
      `${token}.${signature}`,
    ]) {
      expect(await verified(loose)).toBeUndefined()
    }
  })
})

describe('P3.2, ASVS 9.1.2: one algorithm', () => {
  test.each(['none', 'None', 'NONE', ''])('refuses alg %j with any signature', async (alg) => {
    const text = `${encode({ ...header, alg })}.${encode(claims())}`
    expect(await verified(`${text}.`)).toBeUndefined()
    expect(await verified(forge({ ...header, alg }, claims()))).toBeUndefined()
  })

  test('refuses HS256 that is keyed with the public key', async () => {
    const text = `${encode({ ...header, alg: 'HS256' })}.${encode(claims())}`
    for (const format of ['pem', 'der'] as const) {
      const key = createPublicKey(ours.privateKey).export({ type: 'spki', format } as { type: 'spki'; format: 'pem' })
      const mac = createHmac('sha256', key).update(text).digest('base64url')
      expect(await verified(`${text}.${mac}`)).toBeUndefined()
    }
  })
})

describe('P3.2, ASVS 9.1.3: the key is ours, whatever a header says', () => {
  const jwk = another.publicKey.export({ format: 'jwk' })
  test.each([
    ['kid', { kid: 'other' }],
    ['jku', { jku: 'https://evil.example/keys' }],
    ['jwk', { jwk }],
    ['x5u', { x5u: 'https://evil.example/cert' }],
    ['crit', { crit: ['b64'], b64: false }],
  ])('refuses a header with %s, signed by either key', async (_name, member) => {
    expect(await verified(forge({ ...header, ...member }, claims()))).toBeUndefined()
    expect(await verified(forge({ ...header, ...member }, claims(), another.privateKey))).toBeUndefined()
  })
})

describe('P3.2, ASVS 9.2.1-3: time, type, audience', () => {
  test('refuses a token whose time is over, also one that it accepted before', async () => {
    const token = forge(header, { ...claims(), exp: now() + 60 })
    expect(await verified(token)).toBe(sid)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    onTestFinished(() => void vi.useRealTimers())
    expect(await verified(token)).toBeUndefined()
  })

  test('takes no other text for a token that it accepted before, nor another key', async () => {
    const token = forge(header, claims())
    expect(await verified(token)).toBe(sid)
    expect(await verified(`${token}A`)).toBeUndefined()
    expect(await verified(token.slice(0, -1))).toBeUndefined()
    expect(await verifyAccessToken(another, token)).toBeUndefined()
  })

  test.each([
    ['expired', { exp: now() - 1 }],
    ['without an end', { exp: undefined }],
    ['not valid yet', { nbf: now() + 600 }],
    ['of another issuer', { iss: 'evil' }],
    ['without an issuer', { iss: undefined }],
    ['for another audience', { aud: 'afterai-console' }],
    ['without an audience', { aud: undefined }],
    ['without a session', { sid: undefined }],
    ['with a session that is no id', { sid: "' or true --" }],
    ['without a subject', { sub: undefined }],
  ])('refuses one that is %s', async (_what, changed) => {
    expect(await verified(forge(header, { ...claims(), ...changed }))).toBeUndefined()
  })

  test.each(['JWT', 'at+jwt', undefined])('refuses typ %s: a token for another purpose', async (typ) => {
    expect(await verified(forge({ alg: 'EdDSA', typ }, claims()))).toBeUndefined()
    const made = new SignJWT(claims()).setProtectedHeader({ alg: 'EdDSA', ...(typ === undefined ? {} : { typ }) })
    expect(await verified(await made.sign(ours.privateKey))).toBeUndefined()
  })
})
