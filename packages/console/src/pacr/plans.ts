import type { Block } from '../report/blocks.ts'

/** What a proposal says beside its reasons, where it does. */
interface Plans {
  readonly implementationPlan?: string | null | undefined
  readonly backoutPlan?: string | null | undefined
  readonly testPlan?: string | null | undefined
  readonly riskImpactAnalysis?: string | null | undefined
}

/** How it is to be done, tested and undone, and what it risks, each under its name; what wasn't said is left out. */
export function plansOf(of: Plans): (readonly [name: string, text: string])[] {
  const all = [
    ['To do it', of.implementationPlan],
    ['Back-out', of.backoutPlan],
    ['Tests', of.testPlan],
    ['Risk', of.riskImpactAnalysis],
  ] as const
  return all.flatMap(([name, text]) => (text === null || text === undefined ? [] : [[name, text] as const]))
}

/** The same for a report: each in its own words, under its name. */
export function saidBeside(of: Plans): Block[] {
  return plansOf(of).flatMap(([name, text]) => [
    { kind: 'text' as const, text: `${name}:` },
    { kind: 'text' as const, tone: 'quote' as const, text },
  ])
}
