import { parseArgs } from 'node:util'
import { backUpInstance, type RestoredBackup, restoreInstance } from './instance-backup.ts'
import { BackupError } from './backup-error.ts'
import { checkBackup } from './read-backup.ts'
import type { TakenBackup } from './take-backup.ts'
import type { Configuration } from '../platform/configuration.ts'
import { EmbeddedPostgresError } from '@afterai/embedded-postgres'
import { readSecretFile } from '../platform/secret-file.ts'

const mebibyte = 2 ** 20

/** Where the program speaks: the answer, and what happens on the way. */
export interface Voice {
  readonly answer: (text: string) => void
  readonly remark: (text: string) => void
  /** Whether a person watches. */
  readonly isTerminal: boolean
}

/** `backup`, `backup verify` and `restore`. Answers the exit code: 0, or 1 for what was refused. */
export async function runBackupProgram(
  args: readonly string[],
  configuration: Configuration,
  voice: Voice,
): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      from: { type: 'string' },
      'without-keys': { type: 'boolean' },
      'passphrase-file': { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const command = positionals.join(' ')
  try {
    const passphrase = readPassphrase(configuration, values['passphrase-file'])
    const path = (command === 'backup' ? values.to : values.from) ?? missingFile(command)
    const options = { path, passphrase, onProgress: progress(voice) }
    if (command === 'backup') {
      const taken = await backUpInstance(configuration, { ...options, withoutKeys: values['without-keys'] === true })
      say(voice, values.json, { facts: taken, lines: takenLines(taken, values['without-keys'] === true) })
    } else if (command === 'backup verify') {
      const backup = await checkBackup(path, passphrase, options.onProgress)
      say(voice, values.json, {
        facts: factsOf(backup),
        lines: ['The backup is whole and unchanged.', ...linesOf(backup)],
      })
    } else {
      const backup = await restoreInstance(configuration, options)
      say(voice, values.json, { facts: factsOf(backup), lines: restoredLines(backup) })
    }
    return 0
  } catch (error) {
    return refuse(error, voice, values.json)
  }
}

function readPassphrase({ backupPassphrase }: Configuration, path: string | undefined): string {
  if (path !== undefined) {
    // It opens the keys of the instance, whose own files are refused in every mode when others may read them.
    const content = readSecretFile(path, { ownerOnly: true })
    if (content.ok) return content.text
    throw new BackupError('bad_passphrase', `The passphrase's file ${path}: ${content.problem}`, { fix: content.fix })
  }
  if (backupPassphrase !== undefined) return backupPassphrase
  throw new BackupError('bad_passphrase', 'No passphrase is given.', {
    fix: 'Give --passphrase-file FILE, or set AFTERAI_BACKUP_PASSPHRASE or AFTERAI_BACKUP_PASSPHRASE_FILE.',
  })
}

function missingFile(command: string): never {
  throw new BackupError('file_unreadable', 'No backup file is named.', {
    fix: `Give ${command === 'backup' ? '--to' : '--from'} FILE.`,
  })
}

function progress({ isTerminal, remark }: Voice): (table: string, bytes: number) => void {
  let toldAt = 0
  return (table, bytes) => {
    if (!isTerminal || Date.now() - toldAt < 200) return
    toldAt = Date.now()
    remark(`\r${(bytes / mebibyte).toFixed(0)} MiB  ${table.padEnd(30)}\r`)
  }
}

function say(voice: Voice, asJson: boolean | undefined, { facts, lines }: { facts: object; lines: string[] }): void {
  voice.answer(asJson === true ? `${JSON.stringify(facts, null, 2)}\n` : `${lines.join('\n')}\n`)
}

/** Selects the facts of a backup for a script: all but the keys and the checkpoints' text. */
function factsOf({ manifest, logs, rows, sha256, sizeBytes }: RestoredBackup) {
  const { kind: _kind, ...facts } = manifest
  return { ...facts, rows, sha256, sizeBytes, logs: logs.map(({ kind: _log, ...log }) => log) }
}

function takenLines({ path, sizeBytes, sha256, rows, tables, logs }: TakenBackup, withoutKeys: boolean): string[] {
  return [
    `wrote ${path}: ${(sizeBytes / mebibyte).toFixed(1)} MiB, ${rows} rows of ${tables} tables, ${logs.length} logs`,
    `sha256 ${sha256}`,
    withoutKeys
      ? 'The keys of the instance are not in it: back up the key directory apart, or nothing of this can be used.'
      : 'The keys of the instance are in it: whoever has this file and the passphrase can sign in its name.',
  ]
}

function linesOf({ manifest, logs, rows, sha256, sizeBytes }: RestoredBackup): string[] {
  return [
    `taken    ${manifest.takenAt} by AfterAI ${manifest.product}`,
    `holds    ${rows === undefined ? '' : `${rows} rows of `}${manifest.tables.length} tables, ${(sizeBytes / mebibyte).toFixed(1)} MiB, keys ${manifest.keysIncluded ? 'included' : 'left out'}`,
    `sha256   ${sha256}`,
    ...logs.map(({ origin, size }) => `log      ${origin}: ${size} entries under its newest checkpoint`),
  ]
}

function restoredLines(backup: RestoredBackup): string[] {
  return [
    'Restored, and every log was recomputed from its first entry.',
    ...linesOf(backup),
    '',
    'THIS INSTANCE IS NOW AS IT WAS THEN. What came after is not in it:',
    '  - Keys and memberships that were withdrawn since are valid again: withdraw them again.',
    '  - If a log had grown since, it can no longer be continued as it was. Whoever saw a later checkpoint will refuse this',
    '    log as inconsistent, and is right to: it is another history from here on. Tell them, or restore a newer backup.',
    '  - Never run the old instance beside this one: two would sign for the same log.',
    'Nobody is signed in. Each log says first of all that it goes on from this backup.',
  ]
}

function refuse(error: unknown, voice: Voice, asJson: boolean | undefined): number {
  const known = error instanceof BackupError || error instanceof EmbeddedPostgresError
  const problem = error instanceof Error ? error.message : 'for an unknown reason'
  const fix = error instanceof BackupError ? error.fix : undefined
  if (asJson === true)
    voice.answer(`${JSON.stringify({ code: known ? error.code : 'failed', problem, fix }, null, 2)}\n`)
  else voice.remark(`afterai: ${problem}\n${fix === undefined ? '' : `${fix}\n`}`)
  return 1
}
