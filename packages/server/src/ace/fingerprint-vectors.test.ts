import { readFileSync } from 'node:fs'
import { configuration, fingerprintOf } from '@afterai/contract'
import { expect, test } from 'vitest'

const file = new URL('../../../contract/testing/fingerprint-vectors.json', import.meta.url)
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as {
  vectors: { title: string; sent: unknown; fingerprint: string }[]
}

test.each(vectors)(
  'the fingerprint of a configuration is that of the shared vectors: $title',
  ({ sent, fingerprint }) => {
    const read = configuration.parse(sent)
    expect(fingerprintOf(read)).toBe(fingerprint)
    expect(fingerprintOf({ ...read, prompts: read.prompts.toReversed(), tools: read.tools.toReversed() })).toBe(
      fingerprint,
    )
  },
)
