import { readFile } from 'node:fs/promises'
import { evaluationView, type PlanTerms, planTerms, sha256 } from '@afterai/contract'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Api } from './api/api.ts'
import { readPlan, type PlanOptions } from './assessment-plan.ts'
import { CommandFailure } from './command-failure.ts'
import { evaluationIdOf } from './commands/evaluation.ts'
import { printable } from './terminal/style.ts'

/** Options that state a plan, or name the file that does. */
export interface SealOptions extends PlanOptions {
  readonly from?: string
  readonly dataset?: readonly string[]
  readonly minCases?: number
  readonly attempts?: number
}

/** The terms of a plan as a file has them: flat, with cases by the evaluations that had them, or by digest. */
const planFile = z.strictObject({
  mode: z.unknown().optional(),
  metrics: z.unknown(),
  criticalSlices: z.unknown().optional(),
  datasets: z.array(z.string().min(1)).min(1),
  minCases: z.unknown().optional(),
  attempts: z.unknown().optional(),
})

const example =
  'Such as: { metrics: [{ name: pass, margin: 0.02, primary: true }], datasets: [before], minCases: 200, attempts: 1 }'

/** The terms that options or a file state. @throws {CommandFailure} `usage` where they are none */
export async function readTerms(api: Api, options: SealOptions): Promise<PlanTerms> {
  const { from, dataset, minCases, attempts } = options
  const stated = from === undefined ? statedBy(options) : await statedIn(from, options)
  const sets = await Promise.all((dataset ?? stated.datasets).map((it) => caseSetOf(api, it)))
  const read = planTerms.safeParse({
    plan: stated.plan,
    datasets: sets.map(({ digest }) => digest),
    minCases: minCases ?? stated.minCases ?? sets[0]?.cases,
    attempts: attempts ?? stated.attempts,
  })
  if (read.success) return read.data
  throw noTerms(from ?? 'What is given', read.error)
}

interface Stated {
  readonly plan: unknown
  readonly datasets: readonly string[]
  readonly minCases?: unknown
  readonly attempts?: unknown
}

function statedBy(options: SealOptions): Stated {
  if (options.dataset === undefined) {
    throw new CommandFailure('usage', 'Give --from with a file, or --dataset and the margins.', { remedy: example })
  }
  return { plan: readPlan(options), datasets: options.dataset }
}

async function statedIn(path: string, options: SealOptions): Promise<Stated> {
  if (readPlan(options).metrics.length > 0 || options.criticalSlice !== undefined) {
    throw new CommandFailure('usage', 'The file says the metrics and slices: give them there, or leave out --from.')
  }
  let value: unknown
  try {
    value = parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new CommandFailure('failed', `${path} cannot be read as YAML or JSON.`, { cause })
  }
  const read = planFile.safeParse(value)
  if (!read.success) throw noTerms(path, read.error)
  const { datasets, minCases, attempts, ...plan } = read.data
  return { plan, datasets, minCases, attempts }
}

function noTerms(where: string, { issues }: z.ZodError): CommandFailure {
  return new CommandFailure('usage', `${where} states no plan.`, {
    lines: issues.map((it) => `  /${it.path.map(String).join('/')}: ${it.message}`),
    remedy: example,
  })
}

/** The cases that a digest or an evaluation names, and how many they are, where that is known. */
async function caseSetOf(api: Api, given: string): Promise<{ readonly digest: string; readonly cases?: number }> {
  if (sha256.safeParse(given).success) return { digest: given }
  const id = await evaluationIdOf(api, given)
  const { value } = await api.call('getEvaluation', evaluationView, { path: { id } })
  if (value.caseDigest !== null) return { digest: value.caseDigest, cases: value.cases - (value.repeats ?? 0) }
  throw new CommandFailure('failed', `Which cases ${printable(given)} has was not kept when it was imported.`, {
    remedy: 'Import its file again, and name that.',
  })
}
