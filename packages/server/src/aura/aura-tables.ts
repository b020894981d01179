import type {
  Assessment,
  AssessmentPlan,
  Band,
  EvaluationRun,
  EvaluationRunJson,
  TableReading,
} from '@afterai/evidence'
import type { PlanTerms, UnderPlan } from '@afterai/contract'
import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    evaluation: {
      tenant_id: string
      id: string
      system_id: string | null
      label: string | null
      format: EvaluationRun['format']
      selection: string | null
      source_digest: string
      size_bytes: number
      cases: number
      errors: number
      metrics: EvaluationRun['metrics']
      dropped: EvaluationRun['dropped']
      digested_identifiers: number
      notes: Generated<readonly string[]>
      /** How the file was read; null where it was imported before that was kept. */
      reading: { readonly repeats: number; readonly table: TableReading | null } | null
      /** Every case, of what an earlier release imported: read where a change is assessed, never for a view or a list. */
      run: EvaluationRunJson | null
      /** Every case, in compressed columns. */
      case_table: Buffer | null
      run_digest: string
      imported_by: string
      imported_by_name: string | null
      imported_by_email: string | null
      /** Of the ids of its cases; null in what was imported before it was kept, as are the next three. */
      case_digest: string | null
      case_sample: string[] | null
      results_digest: string | null
      /** When the file says that it was run. */
      ran_at: Date | null
      /** When the file began to arrive. */
      received_at: Generated<Date>
      created_at: Generated<Date>
    }
    evaluation_plan: {
      tenant_id: string
      id: string
      change_id: string
      version: number
      terms: PlanTerms
      digest: string
      supersedes: string | null
      sealed_at: Date
      sealed_by: string
      sealed_by_name: string | null
      sealed_by_email: string | null
    }
    assessment: {
      tenant_id: string
      id: string
      change_id: string
      change_digest: string
      baseline_id: string
      candidate_id: string
      plan: AssessmentPlan
      result: Assessment
      verdict: Band
      digest: string
      author_id: string
      author_name: string | null
      author_email: string | null
      /** How it stands to the plans of its change; null in those of earlier releases. */
      under_plan: UnderPlan | null
      created_at: Generated<Date>
    }
  }
}
