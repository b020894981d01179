import { evaluationPlanView, planAttempts } from '@afterai/contract'
import type { Command } from 'commander'
import { z } from 'zod'
import { attemptLines, planLines } from '../plan-lines.ts'
import { readTerms, type SealOptions } from '../plan-terms.ts'
import { changeIdOf } from './change.ts'
import { gather, online, readPositiveInteger, serverLeaf, withQuiet, type Mount, type ServerContext } from './leaf.ts'
import { withPlanOptions } from './plan-options.ts'

const plans = z.object({ items: z.array(evaluationPlanView), attempts: planAttempts })

/** `plan`: what results of a change will be held to, sealed before there are any. */
export function addPlanCommands(program: Command, mount: Mount): void {
  const plan = program
    .command('plan')
    .description('Plans of evaluations: what results will be held to, sealed before there are any.')

  const seal = serverLeaf(plan, 'seal <change>', {
    summary: 'Seal what the results of a change will be held to.',
    description:
      'Seal what the results of a change will be held to, before they are imported: metrics with their margins, which cases, how many at least, and how many attempts. A sealed plan stays as it is; another one supersedes it, and both are shown.',
    examples: [
      'afterai plan seal 01980a2c --from plan.yaml',
      'afterai plan seal 01980a2c --dataset before --primary pass --margin pass=0.02',
      'afterai plan seal 01980a2c --dataset before --margin pass=0.02 --margin tone=0.1 --direction tone=up --attempts 3',
    ],
  })
  withPlanOptions(
    withQuiet(seal, 'the id')
      .option('--from <file>', 'YAML or JSON with metrics, criticalSlices, datasets, minCases and attempts')
      .option('--dataset <evaluation>', 'evaluation that had the cases, or their digest; may be repeated', gather)
      .option(
        '--min-cases <n>',
        'cases of an attempt at least (default: as many as the dataset has)',
        readPositiveInteger,
      )
      .option('--attempts <n>', 'attempts after which it is over (default: 1)', readPositiveInteger),
  ).action(online(mount, sealPlan))

  serverLeaf(plan, 'show <change>', {
    description: 'Show the plans of a change, the newest first, and every attempt under them.',
    examples: ['afterai plan show 01980a2c'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const path = { id: await changeIdOf(api, given) }
      out.answer(await api.call('listPlans', plans, { path }), {
        lines: ({ items, attempts }) =>
          items.length === 0
            ? [`This change has no plan. Seal one: afterai plan seal ${path.id} --from plan.yaml`]
            : [...items.flatMap((it) => [...planLines(it), '']), 'Attempts:', ...attemptLines(attempts)],
      })
    }),
  )
}

async function sealPlan({ api, out }: ServerContext, given: string, options: SealOptions): Promise<void> {
  const path = { id: await changeIdOf(api, given) }
  const body = await readTerms(api, options)
  out.answer(await api.call('sealPlan', evaluationPlanView, { path, body }), {
    lines: planLines,
    quiet: ({ id }) => [id],
  })
}
