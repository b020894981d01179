import { describe, expect, test } from 'vitest'
import { giveBack } from './request-bytes.ts'

describe('giving the memory of bytes back', () => {
  test('bytes that have their memory to themselves are empty from then on, however often they are given back', () => {
    const bytes = Buffer.from(new ArrayBuffer(64_000))
    giveBack(bytes)
    giveBack(bytes)
    expect(bytes).toHaveLength(0)
  })

  test('bytes that share their memory with others stay', () => {
    const all = Buffer.from(new ArrayBuffer(100))
    const part = all.subarray(0, 50).fill('a')
    giveBack(part)
    expect(part.toString()).toBe('a'.repeat(50))
    expect(all).toHaveLength(100)
  })
})
