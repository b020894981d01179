import { readFile } from 'node:fs/promises'
import { distinctCases, pairingVariables, sharedCases, type EvaluationRun } from '@afterai/evidence'

/** Below this share of cases that stand in both files, something is wrong with what they are known by. */
const fewestShared = 0.5

/** Advises on two files of which few cases pair: sentences, none if enough do. */
export async function pairingHint(
  paths: readonly [baseline: string, candidate: string],
  [baseline, candidate]: readonly [EvaluationRun, EvaluationRun],
): Promise<string[]> {
  const shared = sharedCases(baseline.cases, candidate.cases)
  const fewer = Math.min(distinctCases(baseline.cases), distinctCases(candidate.cases))
  if (shared >= fewestShared * fewer) return []
  const told = `Only ${shared} of ${fewer} cases are in both files.`
  const isPromptfoo = baseline.format === 'promptfoo' && candidate.format === 'promptfoo'
  const variables = isPromptfoo ? await variablesOf(paths) : []
  if (variables.length > 0)
    return [
      `${told} Pair them by a variable whose values match: ${variables.map((name) => `--case ${name}`).join(' or ')}`,
    ]
  return [`${told} If both hold the same cases, name the column or variable that identifies them with --case.`]
}

async function variablesOf(paths: readonly [string, string]): Promise<string[]> {
  const [baseline, candidate] = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  return pairingVariables(baseline ?? '', candidate ?? '').slice(0, 3)
}
