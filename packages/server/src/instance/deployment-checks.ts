import { existsSync } from 'node:fs'
import type { Check } from './doctor/check.ts'
import { checkDeployment } from './doctor/doctor.ts'
import type { Configuration, Fault } from '../platform/configuration.ts'
import { restoreMark } from '../platform/restore-mark.ts'

/** The refusal to start an instance although its configuration could be read. The process ends with exit code 78. */
export class StartRefused extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super('the deployment is not fit to start')
    this.faults = faults
  }
}

/**
 * P5.2: refuses everything at once that `afterai doctor` calls a failure: of this machine, and of the database as far as it is there.
 * Where the schema is to be migrated first, what migrating mends is left for `refuseUnfitDatabase`.
 * @throws StartRefused
 */
export async function refuseUnfitDeployment(configuration: Configuration): Promise<void> {
  const { database } = configuration
  const checks = await checkDeployment(configuration, () => new Date())
  const willMigrate = database.kind === 'external' && database.ownerUrl !== undefined
  // A server on a disk that is nearly full still answers what it holds.
  const passed = ['disk space', ...(willMigrate ? ['database', 'database schema', 'database objects'] : [])]
  refuseFailed(checks.filter(({ name }) => !passed.includes(name)))
}

/** Refuses a start for what checks call a failure. @throws StartRefused */
export function refuseFailed(checks: readonly Check[]): void {
  const faults = checks
    .filter(({ state }) => state === 'fail')
    .map(({ name, found, fix = '', variable = name }) => ({ variable, problem: `${name}: ${found}`, fix }))
  if (faults.length > 0) throw new StartRefused(faults)
}

/** An instance whose restore was cut off has nobody's audit entry of it yet, or nothing at all. @throws StartRefused */
export function refuseUnfinishedRestore(dataDir: string): void {
  const path = restoreMark(dataDir)
  if (!existsSync(path)) return
  throw new StartRefused([
    {
      variable: 'AFTERAI_DATA_DIR',
      problem: `a restore into ${dataDir} was begun and not finished`,
      fix: `Run the same \`afterai restore\` again. To start with an empty instance in its place, remove ${path}.`,
    },
  ])
}
