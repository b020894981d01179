import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWebAddress } from '../settings/web-address.ts'
import { listOf, testSteps } from './provider-steps.ts'

const found = {
  issuer: 'https://id.example.com',
  authorizationEndpoint: 'https://id.example.com/authorize',
  signingAlgorithms: ['RS256', 'ES256'],
  namesIssuer: true,
  signsOut: true,
}

test('a provider that has all that is asked for is right in each step', () => {
  expect(testSteps(found).map(({ state }) => state)).toEqual(['right', 'right', 'right', 'right', 'right'])
  expect(testSteps(found).map(({ words }) => words)).toEqual(
    expect.arrayContaining(['People sign in at https://id.example.com/authorize', 'It signs with RS256, ES256']),
  )
})

test('what it lacks is told as missing where people can sign in without it, and as wrong where they can’t', () => {
  const steps = testSteps({ ...found, authorizationEndpoint: '', namesIssuer: false, signsOut: false })
  expect(steps.map(({ state }) => state)).toEqual(['right', 'wrong', 'right', 'missing', 'missing'])
})

test('a list is what stands between commas, spaces and lines, and nothing empty', () => {
  expect(listOf(' example.com, corp.example\n  other.example ,')).toEqual([
    'example.com',
    'corp.example',
    'other.example',
  ])
  fc.assert(fc.property(fc.string(), (text) => listOf(text).every((word) => /^[^\s,]+$/.test(word))))
})

test.each([
  ['https://id.example.com/logout?hint=1', true],
  ['http://127.0.0.1:4000/session/end', true],
  ['javascript:alert(1)', false],
  ['data:text/html,<script>', false],
  ['//id.example.com', false],
  ['', false],
])('a browser is sent to %s: %s', (address, is) => expect(isWebAddress(address)).toBe(is))
