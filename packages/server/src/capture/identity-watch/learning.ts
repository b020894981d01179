import type { Transaction } from '../../platform/database.ts'
import type { ChangeBudget } from './change-budget.ts'
import type { Lessons } from './lessons.ts'

/** A tenant's transaction that learns something, under the tenant's lock of what is watched. */
export interface Learning {
  readonly tx: Transaction
  readonly tenantId: string
  readonly changes: ChangeBudget
  readonly lessons: Lessons
}
