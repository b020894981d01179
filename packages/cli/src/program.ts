import { Command } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { sharedOptionsOf, type Mount } from './commands/leaf.ts'

/** Commands that are defined together, and where. */
interface Chapter {
  readonly commands: readonly string[]
  readonly load: () => Promise<(program: Command, mount: Mount) => void>
}

/** Every command by its first word, in the order of a change's life. A command line loads the chapter that it names and no other. */
const groups: readonly { readonly heading: string; readonly chapters: readonly Chapter[] }[] = [
  {
    heading: 'Server:',
    chapters: [
      chapter('up doctor keys', async () => (await import('./commands/server.ts')).addServerCommands),
      chapter('backup restore', async () => (await import('./commands/backup.ts')).addBackupCommands),
    ],
  },
  {
    heading: 'You and others:',
    chapters: [
      chapter('login logout whoami', async () => (await import('./commands/session.ts')).addSessionCommands),
      chapter('session', async () => (await import('./commands/own-session.ts')).addOwnSessionCommands),
      chapter('factor', async () => (await import('./commands/factor.ts')).addFactorCommands),
      chapter('password', async () => (await import('./commands/password.ts')).addPasswordCommands),
      chapter('tenant account sample', async () => (await import('./commands/tenant.ts')).addTenantCommands),
      chapter('user', async () => (await import('./commands/user.ts')).addUserCommands),
      chapter('invitation', async () => (await import('./commands/invitation.ts')).addInvitationCommands),
      chapter('service-account', async () => (await import('./commands/service-account.ts')).addServiceAccountCommands),
      chapter('key', async () => (await import('./commands/api-key.ts')).addApiKeyCommands),
      chapter(
        'identity-provider',
        async () => (await import('./commands/identity-provider.ts')).addIdentityProviderCommands,
      ),
    ],
  },
  {
    heading: 'From a change to its record:',
    chapters: [
      chapter('system', async () => (await import('./commands/system.ts')).addSystemCommands),
      chapter('observe', async () => (await import('./commands/observe.ts')).addObserveCommand),
      chapter('ace', async () => (await import('./commands/change.ts')).addChangeCommands),
      chapter('import evaluation', async () => (await import('./commands/evaluation.ts')).addEvaluationCommands),
      chapter('plan', async () => (await import('./commands/plan.ts')).addPlanCommands),
      chapter('assess', async () => (await import('./commands/assess.ts')).addAssessCommand),
      chapter('decide approve decision', async () => (await import('./commands/decision.ts')).addDecisionCommands),
      chapter('policy', async () => (await import('./commands/policy.ts')).addPolicyCommands),
      chapter('delegation', async () => (await import('./commands/delegation.ts')).addDelegationCommands),
      chapter('envelope', async () => (await import('./commands/envelope.ts')).addEnvelopeCommands),
      chapter('gate', async () => (await import('./commands/gate.ts')).addGateCommands),
      chapter('status history accept', async () => (await import('./commands/standing.ts')).addStandingCommands),
      chapter('compare', async () => (await import('./commands/compare.ts')).addCompareCommand),
      chapter('record', async () => (await import('./commands/record.ts')).addRecordCommands),
      chapter('log', async () => (await import('./commands/log.ts')).addLogCommands),
      chapter('telemetry', async () => (await import('./commands/telemetry.ts')).addTelemetryCommands),
    ],
  },
  {
    heading: 'The audit trail:',
    chapters: [
      chapter('audit', async () => (await import('./commands/audit.ts')).addAuditCommands),
      chapter('audit-stream', async () => (await import('./commands/audit-stream.ts')).addAuditStreamCommands),
    ],
  },
  {
    heading: 'Other:',
    chapters: [chapter('completion', async () => (await import('./commands/completion.ts')).addCompletionCommand)],
  },
]

function chapter(commands: string, load: Chapter['load']): Chapter {
  return { commands: commands.split(' '), load }
}

/** The command line: the whole of it, or what these words need. A word that is no command needs all, to say what it may have meant. */
export async function createProgram(mount: Mount, words: readonly string[] = []): Promise<Command> {
  const program = new Command('afterai')
    .description('A verifiable record of every change to your AI systems.')
    .version(packageJson.version, '-V, --version')
    .enablePositionalOptions()
    .showSuggestionAfterError()
  const isWanted = wantedBy(words)
  for (const { heading, chapters } of groups) {
    program.commandsGroup(heading)
    for (const wanted of chapters.filter(isWanted)) (await wanted.load())(program, mount)
  }
  behave(program, mount)
  return program
}

function wantedBy([first = '', ...more]: readonly string[]): (chapter: Chapter) => boolean {
  if (['-V', '--version'].includes(first) && more.length === 0) return () => false
  // A completion script completes them all.
  const named = groups.flatMap(({ chapters }) => chapters).find(({ commands }) => commands.includes(first))
  return named === undefined || first === 'completion' ? () => true : (it) => it === named
}

/** The first words of the commands that each chapter says it defines. */
export function chapterWords(): readonly (readonly string[])[] {
  return groups.flatMap(({ chapters }) => chapters.map(({ commands }) => commands))
}

/** Ends by an exception in place of ending the process, and writes where the world says, in every command below. */
function behave(command: Command, mount: Mount): void {
  const { world } = mount
  for (const option of sharedOptionsOf(command)) command.addOption(option)
  command
    .exitOverride()
    .helpCommand(false)
    .showHelpAfterError(`See: ${pathOf(command)} --help`)
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
      getOutHelpWidth: () => world.stdout.columns ?? 100,
      getErrHelpWidth: () => world.stdout.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
  for (const child of command.commands) behave(child, mount)
}

/** `afterai record export`. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}
