import type { IdentifierGate } from '../identifier.ts'
import { isBlank } from './cell.ts'
import { canonicalText, type JsonObject } from './json.ts'
import type { PromptfooResult } from './promptfoo-result.ts'
import { LIMITS } from './source.ts'

/** The part of a test that tells its case from the others of the file. */
type KnownBy = 'variables' | 'description' | 'assertions' | 'position'

/** The id of each result's case, and sentences on cases that their variables alone don't tell apart. */
export interface PromptfooCases {
  /** Undefined where nothing identifies the case. */
  readonly idOf: (result: PromptfooResult) => string | undefined
  readonly notes: readonly string[]
}

/** One test of a file: its results, of whichever provider, share this. */
interface Test {
  readonly key: string
  readonly vars: string
  readonly testIdx: number | undefined
  readonly hasTest: boolean
  readonly description: string | undefined
  readonly assertions: string | undefined
}

/** Conditions of a file's tests as a whole. */
export interface TestConditions {
  /** Variables that tests write while they run (`storeOutputAs`). */
  readonly stored: ReadonlySet<string>
  /** Whether tests ran several times each. */
  readonly isRepeated: boolean
}

/**
 * Names the cases of a file by the variables that their tests declared, without those that the run added. Tests with equal
 * variables, or none, are told apart by description, else by assertions, else by their position; tests that agree in all
 * that the file tells of them are repeats of one case.
 */
export function namePromptfooCases(
  results: readonly PromptfooResult[],
  conditions: TestConditions,
  gate: IdentifierGate,
): PromptfooCases {
  const tests = new Map<string, Test>()
  const testOf = new Map<PromptfooResult, Test>()
  for (const result of results) {
    const read = readTest(result, conditions.stored)
    if (read === undefined) continue
    const test = tests.get(read.key) ?? read
    tests.set(read.key, test)
    testOf.set(result, test)
  }
  const ids = new Map<string, string | undefined>()
  const counts: Record<KnownBy, number> = { variables: 0, description: 0, assertions: 0, position: 0 }
  for (const group of Map.groupBy(tests.values(), ({ vars }) => vars).values()) {
    const knownBy = distinguish(group, conditions.isRepeated)
    const groupIds = group.map((test) => idBy(knownBy, test, gate))
    group.forEach(({ key }, index) => ids.set(key, groupIds[index]))
    counts[knownBy] += new Set(groupIds).size
  }
  return {
    idOf: (result) => {
      const test = testOf.get(result)
      return test && ids.get(test.key)
    },
    notes: notesOn(counts),
  }
}

/** The value of a variable as text, the same whether it was written as a number or as a text; undefined for none. */
export function variableText(value: unknown): string | undefined {
  if (isBlank(value)) return undefined
  return typeof value === 'string' ? value : canonicalText(value, LIMITS.depth)
}

/** Whether a run may have added a variable: its own names begin with `_`, and a session's id is new in each run. */
export function isAddedByRun(name: string, stored: ReadonlySet<string>): boolean {
  return name.startsWith('_') || name === 'sessionId' || name === 'sessionIds' || stored.has(name)
}

function readTest(result: PromptfooResult, stored: ReadonlySet<string>): Test | undefined {
  const { testIdx, repeatGroup, hasTest, description, assertions } = result
  const vars = declaredVariables(result.vars, stored)
  if (vars === undefined) return undefined
  const key = JSON.stringify([repeatGroup ?? testIdx ?? null, vars])
  return { key, vars, testIdx, hasTest, description, assertions }
}

/** Empty for no variables, undefined for variables nested too deeply. */
function declaredVariables(vars: JsonObject, stored: ReadonlySet<string>): string | undefined {
  const kept = Object.keys(vars).filter((name) => !isAddedByRun(name, stored) && !isBlank(vars[name]))
  if (kept.length === 0) return ''
  const texts = kept.map((name) => [name, variableText(vars[name])] as const)
  if (texts.some(([, text]) => text === undefined)) return undefined
  return canonicalText(Object.fromEntries(texts), LIMITS.depth)
}

function distinguish(group: readonly Test[], isRepeated: boolean): KnownBy {
  const distinct = (textOf: (test: Test) => string): number => new Set(group.map(textOf)).size
  const [first] = group
  if (group.length === 1 && first?.vars !== '') return 'variables'
  if (group.every(({ description }) => description !== undefined)) {
    if (distinct(({ description = '' }) => description) === group.length) return 'description'
  }
  const signatures = distinct(signature)
  const areTold = signatures > 1 || first?.assertions !== undefined
  if (areTold && signatures === group.length) return 'assertions'
  const areRepeats = isRepeated || (first?.vars !== '' && group.every(({ hasTest }) => hasTest))
  if (areRepeats) return signatures === 1 && first?.vars !== '' ? 'variables' : 'assertions'
  return 'position'
}

function signature({ description, assertions }: Test): string {
  return JSON.stringify([description ?? null, assertions ?? null])
}

function idBy(knownBy: KnownBy, test: Test, gate: IdentifierGate): string | undefined {
  if (knownBy === 'position') return positionId(test, gate)
  if (knownBy === 'variables') return gate.hide(test.vars)
  const told = knownBy === 'description' ? test.description : signature(test)
  return gate.hide(JSON.stringify([test.vars, knownBy, told]))
}

function positionId({ vars, testIdx }: Test, gate: IdentifierGate): string | undefined {
  if (testIdx === undefined) return undefined
  return vars === '' ? `test-${testIdx}` : gate.hide(JSON.stringify([vars, 'test', testIdx]))
}

function notesOn(counts: Readonly<Record<KnownBy, number>>): string[] {
  const notes: string[] = []
  if (counts.description > 0)
    notes.push(`${counts.description} cases are known by their description: their variables don't tell them apart.`)
  if (counts.assertions > 0)
    notes.push(`${counts.assertions} cases are known by their assertions: their variables don't tell them apart.`)
  if (counts.position > 0)
    notes.push(
      `${counts.position} cases are known by their position alone: they pair only with a run of the same tests in the same order. Give each test a variable or a description.`,
    )
  return notes
}
