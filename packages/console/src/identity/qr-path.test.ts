import * as fc from 'fast-check'
import { decodeQR } from 'qr/decode.js'
import { expect, test } from 'vitest'
import { qrPath } from './qr-path.ts'

/** Paints the path, as a browser would, and reads the picture. */
function readBack(text: string): string {
  const { size, path } = qrPath(text)
  const scale = 4
  const side = size * scale
  const data = new Uint8Array(side * side * 4).fill(255)
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1)
      for (let column = Number(x) * scale; column < (Number(x) + Number(width)) * scale; column += 1)
        data.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3)
  }
  return decodeQR({ width: side, height: side, data })
}

test('what a camera reads from the code is what the app is to keep, to the letter', () => {
  const uri =
    'otpauth://totp/AfterAI:ada%40example.com?issuer=AfterAI&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&algorithm=SHA1&digits=6&period=30'
  expect(readBack(uri)).toBe(uri)
})

test('any address of a person makes a code that can be read', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (email) => {
      const uri = `otpauth://totp/AfterAI:${encodeURIComponent(email)}?issuer=AfterAI&secret=JBSWY3DPEHPK3PXP`
      expect(readBack(uri)).toBe(uri)
    }),
    { numRuns: 30 },
  )
})

test('around the code is a quiet zone of four squares', () => {
  const { size, path } = qrPath('AfterAI')
  const starts = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map((it) => it.slice(1).map(Number))
  const edges = starts.flatMap(([x = 0, y = 0, width = 0]) => [x, y, size - x - width, size - y - 1])
  expect(Math.min(...edges)).toBe(4)
})
