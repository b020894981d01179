import { expect, it } from 'vitest'
import { formatTlogProof, parseTlogProof } from './tlog-proof.ts'

const hash = new Uint8Array(32).fill(7)
const hash64 = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='
const checkpoint = `example.com/log\n9\n${hash64}\n\n— example.com/log AAAAAAA=\n`

it('writes the form of C2SP tlog-proof, and reads it back', () => {
  const proof = { index: 2n ** 55n, hashes: [hash, hash], checkpoint }
  const text = `c2sp.org/tlog-proof@v1\nindex 36028797018963968\n${hash64}\n${hash64}\n\n${checkpoint}`
  expect(formatTlogProof(proof)).toBe(text)
  expect(parseTlogProof(text)).toEqual(proof)
})

it('keeps extra data apart, and a proof without hashes', () => {
  const proof = { index: 0n, extra: Uint8Array.of(1, 2), hashes: [], checkpoint }
  expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof)
})

it.each([
  `c2sp.org/tlog-proof@v2\nindex 1\n\n${checkpoint}`,
  `c2sp.org/tlog-proof@v1\nindex 01\n\n${checkpoint}`,
  `c2sp.org/tlog-proof@v1\n${hash64}\n\n${checkpoint}`,
  `c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\n${checkpoint}`,
  'c2sp.org/tlog-proof@v1\nindex 1\n',
])('refuses %j', (text) => {
  expect(() => parseTlogProof(text)).toThrow(expect.objectContaining({ code: 'bad_proof' }))
})
