import type { Configuration } from '@afterai/contract'
import type { WindowJson } from '@afterai/evidence'
import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    telemetry_receipt: {
      tenant_id: string
      key: Uint8Array
      digest: Uint8Array
      received_at: Generated<Date>
      /** Rejections of the batch; null for none. */
      rejected: Generated<object | null>
    }
    telemetry_client: {
      tenant_id: string
      boot_id: string
      account_id: string
      batches: number
      last_sequence: number
      events: number
      dropped: number
      first_seen_at: Generated<Date>
      last_seen_at: Generated<Date>
    }
    telemetry_window: {
      tenant_id: string
      system_id: string
      environment: string
      fingerprint: string
      route: string
      source: 'calls' | 'metrics'
      hour: Date
      /** Null where it is packed: only windows from before 0048_narrow_rows.sql, to which nothing was added since, have it. */
      aggregate: WindowJson | null
      packed: Uint8Array | null
      price_version: string | null
      updated_at: Generated<Date>
    }
    telemetry_span_group: {
      tenant_id: string
      id: Generated<number>
      spans: Uint8Array
      taken_back: Uint8Array
      places: object
      counted: Uint8Array
      taken_at: Generated<Date>
    }
    telemetry_series: { tenant_id: string; series: Uint8Array; n: number; sum: number; told_at: Date }
    telemetry_dropped: { tenant_id: string; door: string; name: string; count: number; last_seen_at: Generated<Date> }
    telemetry_dimension: {
      tenant_id: string
      kind: 'system' | 'environment' | 'fingerprint' | 'route' | 'served_model'
      scope: string
      value: string
      created_at: Generated<Date>
    }
    served_model: {
      tenant_id: string
      id: string
      system_id: string
      environment: string
      provider: string
      requested_model: string
      first_seen_at: Generated<Date>
    }
    served_identity: {
      tenant_id: string
      served_model_id: string
      served_name: string
      system_fingerprint: string
      baseline: boolean
      change_id: string | null
      first_seen_at: Date
      last_seen_at: Date
      alone_since: Date | null
      alone_hours: number
      returned_at: Date | null
      return_change_id: string | null
      apart_since: Date | null
      apart_hours: number
    }
    route_profile: {
      tenant_id: string
      id: string
      system_id: string
      environment: string
      route: string
      learning_until: Date
      latest: Configuration
      volatile_facets: string[]
    }
    route_facet: {
      tenant_id: string
      profile_id: string
      facet: string
      value: string
      change_id: string | null
      first_seen_at: Generated<Date>
    }
  }
}
