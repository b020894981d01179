import type { Command } from 'commander'
import { gather } from './leaf.ts'

/** Options that state what results are held to. */
export function withPlanOptions(command: Command): Command {
  return command
    .option('--margin <metric=number>', "largest loss that doesn't matter; may be repeated", gather)
    .option('--direction <metric=up|down>', 'which way is better, where its name does not say; may be repeated', gather)
    .option('--scale <metric=lower..upper>', "the ends of a score's scale, like 0..100; may be repeated", gather)
    .option('--primary <metric>', 'metric that decides the verdict (default: each of quality); may be repeated', gather)
    .option('--secondary <metric>', 'metric that decides nothing, however much worse; may be repeated', gather)
    .option('--critical-slice <slice>', 'slice in which primary metrics must hold too; may be repeated', gather)
}
