import { readName } from './cell.ts'
import { identifierGate } from '../identifier.ts'
import { faultList, type ImportResult } from './faults.ts'
import { field } from './json.ts'
import { isAddedByRun, namePromptfooCases, variableText, type TestConditions } from './promptfoo-cases.ts'
import { readPromptfooFile } from './promptfoo-file.ts'
import type { PromptfooResult } from './promptfoo-result.ts'
import { chooseResults, type PromptfooSelection } from './promptfoo-selection.ts'
import { COMMON_METRICS, scoredCases, UNIT_SCALE } from './scored-cases.ts'
import type { ImportSource } from './source.ts'
import type { ReadingWatch } from './watch.ts'

/** How to read a promptfoo file. */
export interface PromptfooOptions extends PromptfooSelection {
  /** A test variable that identifies the case. Default: the keyed digest of all variables that the test declared. */
  readonly caseIdVariable?: string | undefined
  /** A test variable that names the case's slice. */
  readonly sliceVariable?: string | undefined
  /** A test variable that names the case's cluster. */
  readonly clusterVariable?: string | undefined
  readonly watch?: ReadingWatch | undefined
}

const { pass, score, latency_ms, cost, tokens } = COMMON_METRICS

/** Reads the results of a promptfoo evaluation (`promptfoo eval --output`: JSON, JSONL, YAML or CSV; result versions 1 to 4) for one provider and prompt. */
export function importPromptfoo(source: ImportSource, options: PromptfooOptions = {}): ImportResult {
  const cases = scoredCases('promptfoo', source, [pass, { ...score, scale: UNIT_SCALE }, latency_ms, cost, tokens], {
    better: 'up',
    scale: UNIT_SCALE,
  })
  const { faults, gate } = cases
  const results: PromptfooResult[] = []
  const file = readPromptfooFile(source.text, faults, (result) => results.push(result))
  if (!file) return faults.result()
  cases.ranAt(file.timestamp)
  const { watch } = options
  const { chosen, selection } = chooseResults(results, options, { faults, digest: source.digest, watch })
  const named = namePromptfooCases(results, conditionsOf(file.config), gate)
  for (const result of chosen) {
    const { place, isError, measured, scores, dropped } = result
    const caseId = options.caseIdVariable === undefined ? named.idOf(result) : variable(result, options.caseIdVariable)
    watch?.sawVariables(result.rendered)
    const names = { cluster: variable(result, options.clusterVariable), slice: variable(result, options.sliceVariable) }
    cases.add({ caseId, ...names, isError, measured, scores }, place)
    for (const name of dropped) cases.drop(`result.${name}`)
  }
  for (const name of file.dropped) cases.drop(`file.${name}`)
  if (options.caseIdVariable === undefined) named.notes.forEach(cases.note)
  return cases.finish(selection)
}

function variable({ rendered, vars }: PromptfooResult, name: string | undefined): string | undefined {
  return name === undefined ? undefined : readName(field(rendered, name) ?? field(vars, name))
}

/**
 * Variables by which the cases of two promptfoo files would pair: they tell the cases of each file apart, and nine of ten of their
 * values stand in both. Names alone; a name that can't be shown isn't proposed.
 */
export function pairingVariables(baseline: string, candidate: string): string[] {
  const [ours, theirs] = [valuesOf(baseline), valuesOf(candidate)]
  const cases = Math.max(...[...ours.values(), ...theirs.values()].map(({ size }) => size), 2)
  return [...ours]
    .filter(([name, values]) => {
      const others = theirs.get(name) ?? new Set()
      const shared = [...values].filter((value) => others.has(value)).length
      return shared >= 0.9 * cases && /^[A-Za-z]\w{0,63}$/.test(name)
    })
    .map(([name]) => name)
    .toSorted()
}

function valuesOf(text: string): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>()
  const faults = faultList(identifierGate(() => 'unused-0'))
  readPromptfooFile(text, faults, ({ rendered }) => {
    for (const [name, value] of Object.entries(rendered)) {
      const text = isAddedByRun(name, new Set()) ? undefined : variableText(value)
      if (text !== undefined) values.set(name, (values.get(name) ?? new Set()).add(text))
    }
  })
  return values
}

/** Reads the conditions of the tests from the configuration in the file (promptfoo, `UnifiedConfig`). */
function conditionsOf(config: unknown): TestConditions {
  const tests = field(config, 'tests')
  const all = [field(config, 'defaultTest'), ...(Array.isArray(tests) ? (tests as unknown[]) : [])]
  const stored = all.flatMap((test) => readName(field(field(test, 'options'), 'storeOutputAs')) ?? [])
  const repeats = ['evaluateOptions', 'commandLineOptions'].map((name) => field(field(config, name), 'repeat'))
  return { stored: new Set(stored), isRepeated: repeats.some((count) => typeof count === 'number' && count > 1) }
}
