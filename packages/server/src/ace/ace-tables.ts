import type { Change, Configuration, DeltaItem, Determination, Risk, SystemCard } from '@afterai/contract'
import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    system: {
      tenant_id: string
      id: string
      name: string
      title: string | null
      owner: string | null
      created_at: Generated<Date>
      production_assumed_at: Generated<Date | null>
    }
    configuration: { tenant_id: string; fingerprint: string; content: Configuration; first_seen_at: Generated<Date> }
    environment: {
      tenant_id: string
      system_id: string
      name: string
      fingerprint: string
      changed_at: Date
      first_seen_at: Date
      last_seen_at: Date
    }
    change: {
      tenant_id: string
      id: string
      system_id: string
      environment: string
      status: Change['status']
      change_types: Change['changeTypes']
      intent: Change['intent']
      change_class: Change['changeClass']
      title: string
      origin: Change['source']['origin']
      revision: string | null
      fingerprint_before: string | null
      fingerprint_after: string | null
      change_fingerprint: string
      delta: DeltaItem[]
      risk: Risk | null
      author_id: string
      author_name: string | null
      author_email: string | null
      settled_by: Generated<string | null>
      settled_by_name: Generated<string | null>
      settled_by_email: Generated<string | null>
      status_reason: string | null
      merged_into: Generated<string | null>
      merged_at: Generated<Date | null>
      merged_run: Generated<string | null>
      observations: Generated<number>
      opened_at: Generated<Date>
      updated_at: Generated<Date>
      implemented_at: Generated<Date | null>
      implemented_revision: Generated<string | null>
      implemented_by: Generated<string | null>
      stands_alone: Generated<boolean>
      ended_at: Generated<Date | null>
      undone_by: Generated<string | null>
      /** How far it has come; the database keeps it from the tables that tell. */
      assessed_as: Generated<string | null>
      decided_as: Generated<'act' | 'not_act' | null>
      decision_pending: Generated<boolean>
      verified: Generated<boolean>
      closed: Generated<boolean>
      emergency_declared: Generated<boolean>
    }
    run: {
      tenant_id: string
      id: string
      system_id: string
      environment: string
      fingerprint: string
      started_at: Date
      change_id: string | null
      known_at: Generated<Date>
    }
    system_card: {
      tenant_id: string
      system_id: string
      version: number
      card: SystemCard
      digest: string
      owner_name: string | null
      set_at: Generated<Date>
      set_by: string
      set_by_name: string | null
    }
    determination: {
      tenant_id: string
      id: string
      change_id: string
      determination: Determination['determination']
      reason: string
      determined_at: Generated<Date>
      determined_by: string
      determined_by_name: string | null
    }
    observation_count: { tenant_id: string; system_id: string; environment: string; share: number; count: number }
    observation: {
      tenant_id: string
      id: string
      system_id: string
      environment: string
      fingerprint: string
      outcome: 'baseline' | 'unchanged' | 'changed' | 'late'
      change_id: string | null
      origin: string
      revision: string | null
      observed_at: Date
      received_at: Generated<Date>
    }
  }
}
