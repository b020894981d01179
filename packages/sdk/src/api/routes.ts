// Made of docs/reference/openapi.json by `npm run generate`.
export type ConfigurationInput = {
  model: {
    provider?: string
    name: string
    servedName?: string
    systemFingerprint?: string
  }
  prompts?: ({
    name: string
    digest: string
    version?: string
  })[]
  inference?: {
    temperature?: number
    topP?: number
    topK?: number
    maxTokens?: number
    frequencyPenalty?: number
    presencePenalty?: number
    seed?: number
    serviceTier?: string
    reasoningEffort?: string
  }
  tools?: ({
    name: string
    digest: string
    version?: string
  })[]
}

export type System = {
  id: string
  name: string
  title: string | null
  owner: string | null
  createdAt: string
  environments: ({
    name: string
    fingerprint: string
    firstSeenAt: string
    lastSeenAt: string
    observations: number
  })[]
}

export type Configuration = {
  model: {
    provider?: string
    name: string
    servedName?: string
    systemFingerprint?: string
  }
  prompts: ({
    name: string
    digest: string
    version?: string
  })[]
  inference: {
    temperature?: number
    topP?: number
    topK?: number
    maxTokens?: number
    frequencyPenalty?: number
    presencePenalty?: number
    seed?: number
    serviceTier?: string
    reasoningEffort?: string
  }
  tools: ({
    name: string
    digest: string
    version?: string
  })[]
}

export type Change = {
  id: string
  systemId: string
  system: string
  environment: string
  status: "pending" | "confirmed" | "dismissed"
  changeTypes: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
  intent: "proposed" | "implemented" | "observed" | "rolled_back"
  changeClass: "standard" | "normal" | "emergency"
  title: string
  source: {
    origin: "manual" | "sdk" | "api" | "ci" | "otel" | "watchlist" | "signal" | "import"
    revision: string | null
  }
  fingerprints: {
    before: string | null
    after: string | null
    change: string
  }
  before: Configuration | null
  after: Configuration | null
  delta: ({
    category: "model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other"
    path: string
    before: string | number | boolean | null
    after: string | number | boolean | null
  })[]
  risk: {
    severity: "low" | "medium" | "high" | "critical"
    blastRadius: "single_route" | "single_app" | "portfolio" | "unknown"
    customerImpact: "none" | "minor" | "material" | "unknown"
  } | null
  authorId: string
  statusReason: string | null
  observations: number
  openedAt: string
  updatedAt: string
  digest: string
}

export type Decision = {
  id: string
  changeId: string
  status: "proposed" | "approved" | "rejected"
  decision: "act" | "not_act"
  decisionDetail: "approve" | "approve_with_conditions" | "accept_risk" | "reject" | "defer" | "rollback"
  justification: string
  implementationPlan: string | null
  backoutPlan: string | null
  testPlan: string | null
  riskImpactAnalysis: string | null
  conditions: (string)[]
  reviewBy: string | null
  assessmentIds: (string)[]
  supersedes: string | null
  authorId: string
  authorName: string
  proposedAt: string
  approvalPolicy: {
    ruleType: "single_approver"
    quorum: 1
    allowSelfApproval: false
  }
  approvals: ({
    approverId: string
    approverName: string
    verdict: "approve" | "reject"
    comment: string | null
    evidenceDigest: string
    at: string
  })[]
  evidenceDigest: string
  evidenceChanged: boolean
  recordId: string | null
}

export type Evaluation = {
  id: string
  system: string | null
  label: string | null
  format: "csv" | "jsonl" | "promptfoo"
  selection: string | null
  sourceDigest: string
  sizeBytes: number
  cases: number
  errors: number
  metrics: ({
    name: string
    kind: string
    direction: string
  })[]
  dropped: ({
    field: string
    count: number
  })[]
  digestedIdentifiers: number
  importedBy: string
  createdAt: string
}

export type Tenant = {
  id: string
  slug: string
  name: string
  role: "admin" | "approver" | "member" | "viewer" | "auditor"
  sample: boolean
}

export type Session = {
  accessToken: string
  accessTokenExpiresAt: string
  refreshHandle: string
  expiresAt: string
  tenant: string
}

export type Record = {
  id: string
  changeId: string
  decisionId: string
  system: string
  environment: string
  decision: "act" | "not_act"
  decisionDetail: string
  verdict: string
  riskLevel: string | null
  sealedAt: string
  state: "pending" | "integrated"
  logIndex: number | null
  sections: (string)[]
  supersedes: string | null
}

/** Every route: what it takes, and what it answers. */
export interface Routes {
  'GET /livez': {
    answer: {
      status: "ok"
    }
  }
  'GET /readyz': {
    answer: {
      status: "ok"
    }
  }
  'POST /v1/setup': {
    body: {
      code: string
      email: string
      name: string
      password: string
      tenant?: {
        slug: string
        name: string
      }
    }
    answer: Session
  }
  'POST /v1/session': {
    body: {
      email: string
      password: string
      tenant?: string
    }
    answer: Session
  }
  'DELETE /v1/session': {
    answer: undefined
  }
  'POST /v1/session/refresh': {
    body: {
      refreshHandle?: string
    } | null
    answer: Session
  }
  'POST /v1/invitations/accept': {
    body: {
      code: string
      name: string
      password: string
    }
    answer: Session
  }
  'POST /v1/session/switch': {
    body: {
      tenant: string
    }
    answer: Session
  }
  'GET /v1/me': {
    answer: {
      accountId: string
      name: string
      kind: "person" | "service"
      role: "admin" | "approver" | "member" | "viewer" | "auditor"
      credential: "cookie" | "bearer" | "api_key"
      permissions: ("me:read" | "session:own" | "member:read" | "member:write" | "api-key:own" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "decision:approve" | "record:read" | "log:read" | "audit:read" | "tenant:write")[]
      tenant: Tenant
      tenants: (Tenant)[]
    }
  }
  'GET /v1/members': {
    answer: {
      items: ({
        accountId: string
        name: string
        email: string | null
        role: "admin" | "approver" | "member" | "viewer" | "auditor"
        createdAt: string
      })[]
      nextCursor: string | null
    }
  }
  'POST /v1/invitations': {
    body: {
      email: string
      role: "admin" | "approver" | "member" | "viewer" | "auditor"
    }
    answer: {
      id: string
      email: string
      role: "admin" | "approver" | "member" | "viewer" | "auditor"
      code: string
      expiresAt: string
    }
  }
  'POST /v1/service-accounts': {
    body: {
      name: string
      role: "member" | "viewer" | "auditor"
    }
    answer: {
      accountId: string
      name: string
      email: string | null
      role: "admin" | "approver" | "member" | "viewer" | "auditor"
      createdAt: string
    }
  }
  'GET /v1/api-keys': {
    answer: {
      items: ({
        id: string
        accountId: string
        name: string
        prefix: string
        scopes: ("member:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "record:read" | "log:read" | "audit:read")[]
        createdAt: string
        expiresAt: string | null
        lastUsedAt: string | null
        revokedAt: string | null
      })[]
      nextCursor: string | null
    }
  }
  'POST /v1/api-keys': {
    body: {
      name: string
      scopes: ("member:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "record:read" | "log:read" | "audit:read")[]
      expiresInDays?: number
      accountId?: string
    }
    answer: {
      id: string
      accountId: string
      name: string
      prefix: string
      scopes: ("member:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "record:read" | "log:read" | "audit:read")[]
      createdAt: string
      expiresAt: string | null
      lastUsedAt: string | null
      revokedAt: string | null
      key: string
    }
  }
  'DELETE /v1/api-keys/{id}': {
    path: { id: string }
    answer: undefined
  }
  'GET /v1/audit-events': {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: ({
        id: string
        occurredAt: string
        action: string
        outcome: "allowed" | "denied" | "failed"
        actorId: string | null
        credential: string
        address: string | null
        requestId: string | null
        resource: string | null
        details: { [name: string]: unknown }
      })[]
      nextCursor: string | null
    }
  }
  'GET /v1/log/keys': {
    answer: {
      origin: string
      logVkey: string
      recordKeys: ({
        keyid: string
        pem: string
      })[]
    }
  }
  'GET /v1/log/audit': {
    answer: {
      size: number
      checkpoints: number
      intact: boolean
      complete: boolean
      faults: (string)[]
    }
  }
  'GET /v1/log/checkpoint': {
    answer: unknown
  }
  'GET /v1/log/tile/{*}': {
    path: { "*": string }
    answer: unknown
  }
  'GET /v1/log/proof': {
    query: { from: number }
    answer: {
      checkpoint: string
      hashes: (string)[]
    }
  }
  'GET /v1/log/proof/{entryId}': {
    path: { entryId: string }
    answer: {
      entry: string
      index: number
      tlogProof: string
    }
  }
  'GET /v1/systems': {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (System)[]
      nextCursor: string | null
    }
  }
  'POST /v1/systems': {
    body: {
      name: string
      title?: string
      owner?: string
    }
    answer: System
  }
  'GET /v1/systems/{name}': {
    path: { name: string }
    answer: System
  }
  'POST /v1/observations': {
    body: {
      observations: ({
        id?: string
        system: string
        environment?: string
        configuration: ConfigurationInput
        observedAt?: string
        origin?: "sdk" | "api" | "ci" | "manual" | "import"
        revision?: string
      })[]
    }
    answer: {
      results: ({
        id: string
        outcome: "baseline" | "unchanged" | "changed" | "late" | "duplicate"
        fingerprint: string
        changeId: string | null
      })[]
    }
  }
  'GET /v1/configurations/{fingerprint}': {
    path: { fingerprint: string }
    answer: {
      fingerprint: string
      configuration: Configuration
      firstSeenAt: string
    }
  }
  'GET /v1/digest-key': {
    answer: {
      keyId: string
      key: string
      algorithm: "hmac-sha256"
    }
  }
  'GET /v1/changes': {
    query?: { limit?: number; cursor?: string; status?: "pending" | "confirmed" | "dismissed"; system?: string }
    answer: {
      items: (Change)[]
      nextCursor: string | null
    }
  }
  'POST /v1/changes': {
    body: {
      system: string
      environment?: string
      title: string
      changeTypes: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
      intent?: "proposed" | "implemented" | "observed" | "rolled_back"
      changeClass?: "standard" | "normal" | "emergency"
      origin?: "manual" | "ci" | "api"
      revision?: string
      after?: ConfigurationInput
      risk?: {
        severity: "low" | "medium" | "high" | "critical"
        blastRadius?: "single_route" | "single_app" | "portfolio" | "unknown"
        customerImpact?: "none" | "minor" | "material" | "unknown"
      }
    }
    answer: Change
  }
  'GET /v1/changes/{id}': {
    path: { id: string }
    answer: Change
  }
  'POST /v1/changes/{id}/confirm': {
    path: { id: string }
    body: {
      risk?: {
        severity: "low" | "medium" | "high" | "critical"
        blastRadius?: "single_route" | "single_app" | "portfolio" | "unknown"
        customerImpact?: "none" | "minor" | "material" | "unknown"
      }
    }
    answer: Change
  }
  'POST /v1/changes/{id}/dismiss': {
    path: { id: string }
    body: {
      reason: string
    }
    answer: Change
  }
  'PUT /v1/changes/{id}/risk': {
    path: { id: string }
    body: {
      severity: "low" | "medium" | "high" | "critical"
      blastRadius?: "single_route" | "single_app" | "portfolio" | "unknown"
      customerImpact?: "none" | "minor" | "material" | "unknown"
    }
    answer: Change
  }
  'GET /v1/evaluations': {
    query?: { limit?: number; cursor?: string; system?: string }
    answer: {
      items: (Evaluation)[]
      nextCursor: string | null
    }
  }
  'POST /v1/evaluations': {
    query: { format: "csv" | "jsonl" | "promptfoo"; system?: string; label?: string; mapping?: string; where?: string; provider?: string; prompt?: string; caseIdVariable?: string; sliceVariable?: string; clusterVariable?: string }
    body: string | Uint8Array<ArrayBuffer>
    answer: Evaluation
  }
  'GET /v1/evaluations/{id}': {
    path: { id: string }
    answer: Evaluation
  }
  'POST /v1/changes/{id}/assessments': {
    path: { id: string }
    body: {
      baselineEvaluationId: string
      candidateEvaluationId: string
      plan?: {
        mode?: "prospective" | "diagnostic" | "counterfactual"
        metrics?: ({
          name: string
          kind?: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
          direction?: "up" | "down"
          margin?: number
          primary?: boolean
          failureValue?: number
        })[]
        criticalSlices?: (string)[]
      }
    }
    answer: {
      id: string
      changeId: string
      changeDigest: string
      baselineEvaluationId: string
      candidateEvaluationId: string
      plan: {
        mode: "prospective" | "diagnostic" | "counterfactual"
        metrics: ({
          name: string
          kind?: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
          direction?: "up" | "down"
          margin?: number
          primary?: boolean
          failureValue?: number
        })[]
        criticalSlices: (string)[]
      }
      assessment: {
        schema: "afterai.assessment/v1"
        mode: "prospective" | "diagnostic" | "counterfactual"
        verdict: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
        overallRisk: number | null
        guardrails: ({
          metric: string
          slice: string | null
          band: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
          adjustedP: number | null
        })[]
        metrics: ({
          metric: string
          slice: string | null
          kind: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
          direction: "up" | "down"
          primary: boolean
          margin: number
          scale: "absolute" | "relative"
          estimator: "tango" | "paired_t" | "clustered_t" | "log_ratio_t" | "clustered_log_ratio_t" | null
          pairs: number
          missing: {
            baseline: number
            candidate: number
            both: number
            share: number
          }
          baselineMean: number | null
          candidateMean: number | null
          delta: number | null
          interval: {
            lower: number
            upper: number
          } | null
          standardError: number | null
          p: number | null
          exactP: number | null
          adjustedP: number | null
          lost: number | null
          gained: number | null
          clusters: number | null
          designEffect: number | null
          totalChange: {
            estimate: number
            lower: number
            upper: number
          } | null
          p50Change: number | null
          p95Change: number | null
          evidenceWeight: number | null
          evidenceWeightedDelta: number | null
          regressionRisk: number | null
          power: {
            detectableLoss: number
            pairsForMargin: number
            morePairs: number
          } | null
          band: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
        })[]
        slices: ({
          metric: string
          slice: string | null
          kind: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
          direction: "up" | "down"
          primary: boolean
          margin: number
          scale: "absolute" | "relative"
          estimator: "tango" | "paired_t" | "clustered_t" | "log_ratio_t" | "clustered_log_ratio_t" | null
          pairs: number
          missing: {
            baseline: number
            candidate: number
            both: number
            share: number
          }
          baselineMean: number | null
          candidateMean: number | null
          delta: number | null
          interval: {
            lower: number
            upper: number
          } | null
          standardError: number | null
          p: number | null
          exactP: number | null
          adjustedP: number | null
          lost: number | null
          gained: number | null
          clusters: number | null
          designEffect: number | null
          totalChange: {
            estimate: number
            lower: number
            upper: number
          } | null
          p50Change: number | null
          p95Change: number | null
          evidenceWeight: number | null
          evidenceWeightedDelta: number | null
          regressionRisk: number | null
          power: {
            detectableLoss: number
            pairsForMargin: number
            morePairs: number
          } | null
          band: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
        })[]
        warnings: ({
          code: "same_source" | "metric_missing" | "no_primary_metric" | "nothing_compared" | "too_few_pairs" | "no_variation" | "missing_pairs" | "uneven_missingness" | "not_computable" | "non_positive_values" | "few_clusters" | "default_margin_on_wide_scale" | "critical_slice_missing" | "too_many_slices" | "secondary_regression" | "slice_regression" | "counterfactual"
          text: string
          metric: string | null
          slice: string | null
        })[]
        baseline: {
          format: string
          sourceDigest: string
          selection: string | null
          cases: number
          errors: number
        }
        candidate: {
          format: string
          sourceDigest: string
          selection: string | null
          cases: number
          errors: number
        }
      }
      digest: string
      authorId: string
      createdAt: string
    }
  }
  'GET /v1/changes/{id}/assessments': {
    path: { id: string }
    answer: {
      items: ({
        id: string
        changeId: string
        changeDigest: string
        baselineEvaluationId: string
        candidateEvaluationId: string
        plan: {
          mode: "prospective" | "diagnostic" | "counterfactual"
          metrics: ({
            name: string
            kind?: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
            direction?: "up" | "down"
            margin?: number
            primary?: boolean
            failureValue?: number
          })[]
          criticalSlices: (string)[]
        }
        assessment: {
          schema: "afterai.assessment/v1"
          mode: "prospective" | "diagnostic" | "counterfactual"
          verdict: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
          overallRisk: number | null
          guardrails: ({
            metric: string
            slice: string | null
            band: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
            adjustedP: number | null
          })[]
          metrics: ({
            metric: string
            slice: string | null
            kind: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
            direction: "up" | "down"
            primary: boolean
            margin: number
            scale: "absolute" | "relative"
            estimator: "tango" | "paired_t" | "clustered_t" | "log_ratio_t" | "clustered_log_ratio_t" | null
            pairs: number
            missing: {
              baseline: number
              candidate: number
              both: number
              share: number
            }
            baselineMean: number | null
            candidateMean: number | null
            delta: number | null
            interval: {
              lower: number
              upper: number
            } | null
            standardError: number | null
            p: number | null
            exactP: number | null
            adjustedP: number | null
            lost: number | null
            gained: number | null
            clusters: number | null
            designEffect: number | null
            totalChange: {
              estimate: number
              lower: number
              upper: number
            } | null
            p50Change: number | null
            p95Change: number | null
            evidenceWeight: number | null
            evidenceWeightedDelta: number | null
            regressionRisk: number | null
            power: {
              detectableLoss: number
              pairsForMargin: number
              morePairs: number
            } | null
            band: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
          })[]
          slices: ({
            metric: string
            slice: string | null
            kind: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
            direction: "up" | "down"
            primary: boolean
            margin: number
            scale: "absolute" | "relative"
            estimator: "tango" | "paired_t" | "clustered_t" | "log_ratio_t" | "clustered_log_ratio_t" | null
            pairs: number
            missing: {
              baseline: number
              candidate: number
              both: number
              share: number
            }
            baselineMean: number | null
            candidateMean: number | null
            delta: number | null
            interval: {
              lower: number
              upper: number
            } | null
            standardError: number | null
            p: number | null
            exactP: number | null
            adjustedP: number | null
            lost: number | null
            gained: number | null
            clusters: number | null
            designEffect: number | null
            totalChange: {
              estimate: number
              lower: number
              upper: number
            } | null
            p50Change: number | null
            p95Change: number | null
            evidenceWeight: number | null
            evidenceWeightedDelta: number | null
            regressionRisk: number | null
            power: {
              detectableLoss: number
              pairsForMargin: number
              morePairs: number
            } | null
            band: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
          })[]
          warnings: ({
            code: "same_source" | "metric_missing" | "no_primary_metric" | "nothing_compared" | "too_few_pairs" | "no_variation" | "missing_pairs" | "uneven_missingness" | "not_computable" | "non_positive_values" | "few_clusters" | "default_margin_on_wide_scale" | "critical_slice_missing" | "too_many_slices" | "secondary_regression" | "slice_regression" | "counterfactual"
            text: string
            metric: string | null
            slice: string | null
          })[]
          baseline: {
            format: string
            sourceDigest: string
            selection: string | null
            cases: number
            errors: number
          }
          candidate: {
            format: string
            sourceDigest: string
            selection: string | null
            cases: number
            errors: number
          }
        }
        digest: string
        authorId: string
        createdAt: string
      })[]
      nextCursor: string | null
    }
  }
  'GET /v1/assessments/{id}': {
    path: { id: string }
    answer: {
      id: string
      changeId: string
      changeDigest: string
      baselineEvaluationId: string
      candidateEvaluationId: string
      plan: {
        mode: "prospective" | "diagnostic" | "counterfactual"
        metrics: ({
          name: string
          kind?: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
          direction?: "up" | "down"
          margin?: number
          primary?: boolean
          failureValue?: number
        })[]
        criticalSlices: (string)[]
      }
      assessment: {
        schema: "afterai.assessment/v1"
        mode: "prospective" | "diagnostic" | "counterfactual"
        verdict: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
        overallRisk: number | null
        guardrails: ({
          metric: string
          slice: string | null
          band: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
          adjustedP: number | null
        })[]
        metrics: ({
          metric: string
          slice: string | null
          kind: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
          direction: "up" | "down"
          primary: boolean
          margin: number
          scale: "absolute" | "relative"
          estimator: "tango" | "paired_t" | "clustered_t" | "log_ratio_t" | "clustered_log_ratio_t" | null
          pairs: number
          missing: {
            baseline: number
            candidate: number
            both: number
            share: number
          }
          baselineMean: number | null
          candidateMean: number | null
          delta: number | null
          interval: {
            lower: number
            upper: number
          } | null
          standardError: number | null
          p: number | null
          exactP: number | null
          adjustedP: number | null
          lost: number | null
          gained: number | null
          clusters: number | null
          designEffect: number | null
          totalChange: {
            estimate: number
            lower: number
            upper: number
          } | null
          p50Change: number | null
          p95Change: number | null
          evidenceWeight: number | null
          evidenceWeightedDelta: number | null
          regressionRisk: number | null
          power: {
            detectableLoss: number
            pairsForMargin: number
            morePairs: number
          } | null
          band: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
        })[]
        slices: ({
          metric: string
          slice: string | null
          kind: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
          direction: "up" | "down"
          primary: boolean
          margin: number
          scale: "absolute" | "relative"
          estimator: "tango" | "paired_t" | "clustered_t" | "log_ratio_t" | "clustered_log_ratio_t" | null
          pairs: number
          missing: {
            baseline: number
            candidate: number
            both: number
            share: number
          }
          baselineMean: number | null
          candidateMean: number | null
          delta: number | null
          interval: {
            lower: number
            upper: number
          } | null
          standardError: number | null
          p: number | null
          exactP: number | null
          adjustedP: number | null
          lost: number | null
          gained: number | null
          clusters: number | null
          designEffect: number | null
          totalChange: {
            estimate: number
            lower: number
            upper: number
          } | null
          p50Change: number | null
          p95Change: number | null
          evidenceWeight: number | null
          evidenceWeightedDelta: number | null
          regressionRisk: number | null
          power: {
            detectableLoss: number
            pairsForMargin: number
            morePairs: number
          } | null
          band: "material_regression" | "regression" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
        })[]
        warnings: ({
          code: "same_source" | "metric_missing" | "no_primary_metric" | "nothing_compared" | "too_few_pairs" | "no_variation" | "missing_pairs" | "uneven_missingness" | "not_computable" | "non_positive_values" | "few_clusters" | "default_margin_on_wide_scale" | "critical_slice_missing" | "too_many_slices" | "secondary_regression" | "slice_regression" | "counterfactual"
          text: string
          metric: string | null
          slice: string | null
        })[]
        baseline: {
          format: string
          sourceDigest: string
          selection: string | null
          cases: number
          errors: number
        }
        candidate: {
          format: string
          sourceDigest: string
          selection: string | null
          cases: number
          errors: number
        }
      }
      digest: string
      authorId: string
      createdAt: string
    }
  }
  'POST /v1/changes/{id}/decisions': {
    path: { id: string }
    body: {
      decision: "act" | "not_act"
      decisionDetail: "approve" | "approve_with_conditions" | "accept_risk" | "reject" | "defer" | "rollback"
      justification: string
      implementationPlan?: string
      backoutPlan?: string
      testPlan?: string
      riskImpactAnalysis?: string
      conditions?: (string)[]
      reviewBy?: string
      assessmentIds: (string)[]
      supersedes?: string
    }
    answer: Decision
  }
  'GET /v1/changes/{id}/decisions': {
    path: { id: string }
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (Decision)[]
      nextCursor: string | null
    }
  }
  'GET /v1/decisions': {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (Decision)[]
      nextCursor: string | null
    }
  }
  'GET /v1/decisions/{id}': {
    path: { id: string }
    answer: Decision
  }
  'POST /v1/decisions/{id}/approvals': {
    path: { id: string }
    body: {
      verdict: "approve" | "reject"
      evidenceDigest: string
      comment?: string
    }
    answer: Decision
  }
  'GET /v1/records': {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (Record)[]
      nextCursor: string | null
    }
  }
  'GET /v1/records/{id}': {
    path: { id: string }
    answer: {
      id: string
      changeId: string
      decisionId: string
      system: string
      environment: string
      decision: "act" | "not_act"
      decisionDetail: string
      verdict: string
      riskLevel: string | null
      sealedAt: string
      state: "pending" | "integrated"
      logIndex: number | null
      sections: (string)[]
      supersedes: string | null
      content: { [name: string]: unknown }
    }
  }
  'GET /v1/records/{id}/bundle': {
    path: { id: string }
    answer: unknown
  }
  'DELETE /v1/sample-workspace': {
    answer: undefined
  }
}
