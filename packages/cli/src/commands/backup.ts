import type { Command } from 'commander'
import { CommandFailure } from '../command-failure.ts'
import { leaf, locally, type Mount } from './leaf.ts'
import { becomeServer } from './server.ts'

interface BackupOptions {
  readonly to?: string
  readonly from?: string
  readonly withoutKeys?: boolean
  readonly passphraseFile?: string
  readonly json?: boolean
}

const passphraseOption = [
  '--passphrase-file <file>',
  'file that holds the passphrase (else AFTERAI_BACKUP_PASSPHRASE or AFTERAI_BACKUP_PASSPHRASE_FILE)',
] as const

/** `backup`, `backup verify`, `restore`: the server's own program takes over, on the machine and with the settings of the server. */
export function addBackupCommands(program: Command, mount: Mount): void {
  const backup = leaf(program, 'backup', {
    summary: 'Back up the whole instance into one encrypted file.',
    description:
      'Back up the whole instance into one encrypted file: every table as one moment shows them, and the keys. Runs where the server runs, with its settings, whether or not the server is up. Reads the passphrase from a file or the environment.',
    examples: [
      'afterai backup --to afterai-2026-11-24.backup --passphrase-file passphrase',
      'afterai backup --to afterai.backup --without-keys',
    ],
  })
    .option('--to <file>', 'the new file to write; nothing is written over')
    .option('--without-keys', 'leave the keys of the instance out; they must be backed up apart')
    .option(...passphraseOption)
    .action(
      locally(mount, async ({ world }, options: BackupOptions) =>
        becomeServer(world, ['backup', '--to', named(options.to, '--to'), ...argumentsOf(options)]),
      ),
    )

  leaf(backup, 'verify', {
    summary: 'Check a backup without restoring it.',
    description:
      'Read a backup from its first byte to its last: nothing was changed, nothing is missing, and the passphrase opens it.',
    examples: ['afterai backup verify --from afterai-2026-11-24.backup --passphrase-file passphrase'],
  })
    .requiredOption('--from <file>', 'the backup')
    .option(...passphraseOption)
    .action(
      locally(mount, async ({ world }, options: BackupOptions) =>
        becomeServer(world, ['backup', 'verify', '--from', named(options.from, '--from'), ...argumentsOf(options)]),
      ),
    )

  leaf(program, 'restore', {
    summary: 'Restore a backup into an empty instance.',
    description:
      'Restore a backup into an instance that holds nothing yet: a new data directory, or an empty database. Everything is checked before anything is changed; then every log is recomputed from its first entry.',
    examples: ['afterai restore --from afterai-2026-11-24.backup --passphrase-file passphrase'],
  })
    .requiredOption('--from <file>', 'the backup')
    .option(...passphraseOption)
    .action(
      locally(mount, async ({ world }, options: BackupOptions) =>
        becomeServer(world, ['restore', '--from', named(options.from, '--from'), ...argumentsOf(options)]),
      ),
    )
}

function named(file: string | undefined, option: string): string {
  if (file !== undefined && !file.startsWith('-')) return file
  throw new CommandFailure('usage', `The backup is not named.`, { remedy: `Give ${option} FILE.` })
}

function argumentsOf({ withoutKeys, passphraseFile, json }: BackupOptions): string[] {
  return [
    ...(withoutKeys === true ? ['--without-keys'] : []),
    ...(passphraseFile === undefined ? [] : ['--passphrase-file', passphraseFile]),
    ...(json === true ? ['--json'] : []),
  ]
}
