import { expect, test } from 'vitest'
import { seededNormal } from '../../testing/random.ts'
import { influenceOf, jointRisk, type RiskInput } from './joint-risk.ts'
import { studentCdf } from './student-t.ts'

function guardrail(delta: number, values: readonly number[]): RiskInput {
  const clusters = { clusterOf: Uint32Array.from(values, (_, index) => index), clusterCount: values.length }
  return {
    delta,
    standardError: 0.01,
    margin: 0.02,
    degreesOfFreedom: 200,
    influence: influenceOf(Float64Array.from(values), clusters, 1),
  }
}

const normal = seededNormal(3)
const first = Array.from({ length: 201 }, normal)
const second = Array.from({ length: 201 }, normal)
/** The chance of a loss beyond the margin of one guardrail, exactly. */
const alone = studentCdf((-0.02 + 0.01) / 0.01, 200)

test('one guardrail alone has its own risk', () => {
  expect(jointRisk([guardrail(-0.01, first)])).toBe(alone)
  expect(jointRisk([guardrail(0.2, first), guardrail(0.2, second)])).toBe(0)
  expect(jointRisk([guardrail(-0.2, first), guardrail(0.2, second)])).toBe(1)
})

test('guardrails that fail on the same cases are one risk; independent ones add up', () => {
  const same = jointRisk([guardrail(-0.01, first), guardrail(-0.01, first), guardrail(-0.01, first)])
  const apart = jointRisk([guardrail(-0.01, first), guardrail(-0.01, second)])
  const opposed = jointRisk([
    guardrail(-0.01, first),
    guardrail(
      -0.01,
      first.map((value) => -value),
    ),
  ])
  expect(Math.abs(same - alone)).toBeLessThan(0.01)
  expect(Math.abs(apart - (1 - (1 - alone) ** 2))).toBeLessThan(0.02)
  expect(Math.abs(opposed - 2 * alone)).toBeLessThan(0.01)
})

test('the draws have the tails of their degrees of freedom', () => {
  const far = guardrail(0.02, first)
  const heavy = { ...far, degreesOfFreedom: 3 }
  expect(Math.abs(jointRisk([heavy, heavy]) - studentCdf(-4, 3))).toBeLessThan(0.005)
  expect(Math.abs(jointRisk([far, far]) - studentCdf(-4, 200))).toBeLessThan(0.001)
})

test('the same evidence gives the same risk', () => {
  const inputs = [guardrail(-0.01, first), guardrail(-0.015, second)]
  expect(jointRisk(inputs)).toBe(jointRisk(inputs))
})

test('a guardrail without any error of its own is settled by its delta', () => {
  const certain = {
    ...guardrail(
      -0.03,
      first.map(() => 0),
    ),
    standardError: 0,
  }
  const fine = { ...certain, delta: 0 }
  expect([jointRisk([certain]), jointRisk([fine])]).toEqual([1, 0])
  expect([jointRisk([certain, fine]), jointRisk([fine, fine])]).toEqual([1, 0])
})
