import { Command } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { addApiKeyCommands } from './commands/api-key.ts'
import { addAuditCommands } from './commands/audit.ts'
import { addAuditStreamCommands } from './commands/audit-stream.ts'
import { addAssessCommand } from './commands/assess.ts'
import { addBackupCommands } from './commands/backup.ts'
import { addChangeCommands } from './commands/change.ts'
import { addCompletionCommand } from './commands/completion.ts'
import { addDecisionCommands } from './commands/decision.ts'
import { addEvaluationCommands } from './commands/evaluation.ts'
import { addIdentityProviderCommands } from './commands/identity-provider.ts'
import { sharedOptionsOf, type Mount } from './commands/leaf.ts'
import { addInvitationCommands } from './commands/invitation.ts'
import { addLogCommands } from './commands/log.ts'
import { addObserveCommand } from './commands/observe.ts'
import { addRecordCommands } from './commands/record.ts'
import { addServerCommands } from './commands/server.ts'
import { addServiceAccountCommands } from './commands/service-account.ts'
import { addSessionCommands } from './commands/session.ts'
import { addSystemCommands } from './commands/system.ts'
import { addFactorCommands } from './commands/factor.ts'
import { addOwnSessionCommands } from './commands/own-session.ts'
import { addPasswordCommands } from './commands/password.ts'
import { addTelemetryCommands } from './commands/telemetry.ts'
import { addTenantCommands } from './commands/tenant.ts'
import { addUserCommands } from './commands/user.ts'

/** The whole command line, in the order of a change's life. */
export function createProgram(mount: Mount): Command {
  const program = new Command('afterai')
    .description('A verifiable record of every change to your AI systems.')
    .version(packageJson.version, '-V, --version')
    .enablePositionalOptions()
    .showSuggestionAfterError()
  program.commandsGroup('Server:')
  addServerCommands(program, mount)
  addBackupCommands(program, mount)
  program.commandsGroup('You and others:')
  addSessionCommands(program, mount)
  addOwnSessionCommands(program, mount)
  addFactorCommands(program, mount)
  addPasswordCommands(program, mount)
  addTenantCommands(program, mount)
  addUserCommands(program, mount)
  addInvitationCommands(program, mount)
  addServiceAccountCommands(program, mount)
  addApiKeyCommands(program, mount)
  addIdentityProviderCommands(program, mount)
  program.commandsGroup('From a change to its record:')
  addSystemCommands(program, mount)
  addObserveCommand(program, mount)
  addChangeCommands(program, mount)
  addEvaluationCommands(program, mount)
  addAssessCommand(program, mount)
  addDecisionCommands(program, mount)
  addRecordCommands(program, mount)
  addLogCommands(program, mount)
  addTelemetryCommands(program, mount)
  program.commandsGroup('The audit trail:')
  addAuditCommands(program, mount)
  addAuditStreamCommands(program, mount)
  program.commandsGroup('Other:')
  addCompletionCommand(program, mount)
  behave(program, mount)
  return program
}

/** Ends by an exception in place of ending the process, and writes where the world says, in every command below. */
function behave(command: Command, mount: Mount): void {
  const { stdout, stderr } = mount.world
  for (const option of sharedOptionsOf(command)) command.addOption(option)
  command
    .exitOverride()
    .helpCommand(false)
    .showHelpAfterError(`See: ${pathOf(command)} --help`)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stdout.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
  for (const child of command.commands) behave(child, mount)
}

/** `afterai record export`. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}
