import { type Verdict, verdictExitCodes } from '@afterai/record/verdict'

/** Every exit code of the command line: what it means. `docs/reference/command-line.md` prints this table. */
export const exitCodes = {
  ok: [0, 'Done.'],
  failed: [1, 'Refused or failed: the server said no, a file is unreadable, or an answer was "no".'],
  usage: [2, 'The command line is wrong: an unknown command, a missing or bad option.'],
  unauthenticated: [3, 'Not signed in, or the session has ended.'],
  forbidden: [4, 'Signed in, but not allowed to do this.'],
  unreachable: [5, 'The server cannot be reached, or is not ready.'],
  interrupted: [130, 'Ended by Ctrl-C; what was done by then is told.'],
  materialRegression: [20, '`assess --exit-code`: material_regression.'],
  regression: [21, '`assess --exit-code`: regression.'],
  minorRegression: [22, '`assess --exit-code`: minor_regression.'],
  inconclusive: [23, '`assess --exit-code`: inconclusive.'],
  withheld: [24, '`assess --exit-code`: withheld: a direction, a scale or a unit has to be said first.'],
  wrongStanding: [
    30,
    '`status`: something runs contrary to its record, deviates from it, breaks its conditions, or is overdue.',
  ],
  gateUndecided: [
    31,
    '`gate`: nothing decided covers the configuration, and the policy wants a decision before it runs.',
  ],
  gateAfterTheFact: [
    32,
    '`gate`: nothing decided covers the configuration; the policy lets it be decided after it runs.',
  ],
  gateContrary: [33, '`gate`: a record says that the configuration must not run.'],
  gateExpired: [34, '`gate`: the approval, or the summary, held until a time that is over.'],
  gateReviewDue: [35, '`gate`: its record was to be reviewed by now, or a condition of it is broken.'],
  gateStale: [
    36,
    '`gate`: it was decided on other evidence, or for a change from something that does not run any more.',
  ],
  gateForeign: [37, '`gate check`: the summary is for another system, environment or configuration.'],
  gateNotYetValid: [38, '`gate check`: the summary lies ahead of this clock.'],
} as const satisfies Record<string, readonly [code: number, meaning: string]>

/** A named reason to end; a verdict on a log ends a command as it ends `record verify`. */
export type ExitName = keyof typeof exitCodes | Exclude<Verdict, 'valid'>

/** The number that a process ends with for this reason. */
export function exitCodeOf(name: ExitName): number {
  return name in verdictExitCodes ? verdictExitCodes[name as Verdict] : exitCodes[name as keyof typeof exitCodes][0]
}
