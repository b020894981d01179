import * as nodeCrypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { canonicalJson as recordsCanonicalJson } from '@afterai/record'
import { expect, test } from 'vitest'
import { canonicalJson } from '../src/configuration/canonical-json.ts'
import { digestNow } from '../src/configuration/digest.ts'
import { digestSoon } from '../src/configuration/digest-soon.ts'
import { snapshotOf } from '../src/configuration/snapshot.ts'
import { configurationOf } from '../src/sender/configuration.ts'
import type { DigestKey } from '../src/index.ts'

const file = new URL('../../contract/testing/fingerprint-vectors.json', import.meta.url)
const { digestKey, vectors } = JSON.parse(readFileSync(file, 'utf8')) as {
  digestKey: DigestKey
  vectors: {
    title: string
    observed: unknown
    sent: object
    fingerprint: string
  }[]
}

/** Sets in the order of the one form. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder).toSorted((a, b) => (keyOf(a as Part) < keyOf(b as Part) ? -1 : 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inOrder(member)]))
}

interface Part {
  readonly server?: string
  readonly name: string
}

function keyOf({ server = '', name }: Part): string {
  return `${server} ${name}`
}

test.each(vectors)(
  'P1.3: digests and fingerprints are those of the server’s vectors, with Node’s cryptography and with the web’s: $title',
  async ({ observed, sent, fingerprint }) => {
    const snapshot = snapshotOf(observed)
    for (const digested of [digestNow(snapshot, digestKey, nodeCrypto), await digestSoon(snapshot, digestKey)]) {
      expect(digested.fingerprint).toBe(fingerprint)
      expect(configurationOf(digested.identity)).toEqual(inOrder(sent))
    }
  },
)

test('canonical JSON is that of the records, for all plain data', () => {
  const plain = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('\\ud'))
  const sampled = fc.sample(plain, 500)
  expect(sampled.map((value) => canonicalJson(value))).toEqual(sampled.map((value) => recordsCanonicalJson(value)))
})
