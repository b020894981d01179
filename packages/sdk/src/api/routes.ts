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

export type Assessment = {
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
      scale?: {
        lower: number
        upper: number
      }
      primary?: boolean
      failureValue?: number
    })[]
    criticalSlices: (string)[]
  }
  assessment: {
    schema: "afterai.assessment/v1"
    mode: "prospective" | "diagnostic" | "counterfactual"
    verdict: "material_regression" | "regression" | "withheld" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
    overallRisk: number | null
    guardrails: ({
      metric: string
      slice: string | null
      band: "material_regression" | "regression" | "withheld" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
      adjustedP: number | null
    })[]
    metrics: ({
      metric: string
      slice: string | null
      kind: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
      direction: "up" | "down" | null
      directionFrom?: "stated" | "format" | "name" | "kind" | "plan" | null
      primary: boolean
      sameAs?: string | null
      margin: number | null
      scale: "absolute" | "relative"
      declaredScale?: {
        lower: number
        upper: number
      } | null
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
      withoutErrors?: {
        pairs: number
        baselineMean: number | null
        candidateMean: number | null
        delta: number | null
        interval: {
          lower: number
          upper: number
        } | null
      } | null
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
      band: "material_regression" | "regression" | "withheld" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
    })[]
    slices: ({
      metric: string
      slice: string | null
      kind: "binary" | "safety" | "continuous" | "latency" | "cost" | "tokens"
      direction: "up" | "down" | null
      directionFrom?: "stated" | "format" | "name" | "kind" | "plan" | null
      primary: boolean
      sameAs?: string | null
      margin: number | null
      scale: "absolute" | "relative"
      declaredScale?: {
        lower: number
        upper: number
      } | null
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
      withoutErrors?: {
        pairs: number
        baselineMean: number | null
        candidateMean: number | null
        delta: number | null
        interval: {
          lower: number
          upper: number
        } | null
      } | null
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
      band: "material_regression" | "regression" | "withheld" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
    })[]
    warnings: ({
      code: "same_source" | "metric_missing" | "mostly_errors" | "kind_conflict" | "direction_conflict" | "direction_unknown" | "scale_conflict" | "margin_unknown" | "off_scale" | "scale_mismatch" | "unit_mismatch" | "floor" | "ceiling" | "constant" | "no_primary_metric" | "nothing_compared" | "ids_nearly_match" | "too_few_pairs" | "no_variation" | "missing_pairs" | "uneven_missingness" | "not_computable" | "non_positive_values" | "few_clusters" | "default_margin_on_wide_scale" | "critical_slice_missing" | "too_many_slices" | "secondary_regression" | "slice_regression" | "counterfactual"
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
  authorName: string | null
  authorEmail: string | null
  createdAt: string
}

export type AuditEvent = {
  id: string
  occurredAt: string
  action: string
  outcome: "allowed" | "denied" | "failed"
  actorId: string | null
  actorName: string | null
  actorEmail: string | null
  actorKey: string | null
  credential: string
  address: string | null
  requestId: string | null
  resource: string | null
  resourceName: string | null
  details: { [name: string]: unknown }
  logIndex: number | null
}

export type AuditStream = {
  id: string
  name: string
  kind: "syslog" | "webhook"
  endpoint: string
  state: "sending" | "failing" | "paused"
  createdAt: string
  createdBy: string
  nextIndex: number
  lagEvents: number
  lagSeconds: number
  delivered: number
  lastDeliveredAt: string | null
  failures: number
  lastError: string | null
  lastErrorAt: string | null
  retryAt: string | null
}

export type ApiKey = {
  id: string
  accountId: string
  accountName: string
  name: string
  prefix: string
  scopes: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
  createdAt: string
  expiresAt: string | null
  expiresSoon: boolean
  lastUsedAt: string | null
  lastUsedAddress: string | null
  revokedAt: string | null
  replacedBy: string | null
}

export type System = {
  id: string
  name: string
  title: string | null
  owner: string | null
  createdAt: string
  productionAssumedAt: string | null
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
  authorName: string | null
  authorEmail: string | null
  settledBy: string | null
  settledByName: string | null
  settledByEmail: string | null
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
  authorEmail: string | null
  proposedAt: string
  approvalPolicy: {
    ruleType: "single_approver"
    quorum: 1
    allowSelfApproval: false
  }
  approvals: ({
    approverId: string
    approverName: string
    approverEmail: string | null
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
  format: "csv" | "jsonl" | "json" | "promptfoo" | "inspect" | "lm-eval" | "deepeval" | "openai-evals" | "every-eval-ever" | "langsmith" | "langfuse" | "braintrust" | "ragas" | "junit"
  selection: string | null
  sourceDigest: string
  sizeBytes: number
  cases: number
  errors: number
  metrics: ({
    name: string
    kind: string
    direction: string | null
    directionFrom?: string
    scale?: {
      lower: number
      upper: number
    }
  })[]
  dropped: ({
    field: string
    count: number
  })[]
  digestedIdentifiers: number
  notes: (string)[]
  repeats: number | null
  table: {
    encoding: string
    separator: string | null
    caseId: (string)[]
    cluster: string | null
    slice: string | null
    error: string | null
    rows: number
    metrics: ({
      metric: string
      column: string
      kind: string
      direction: string | null
      notation: string
      missing: number
    })[]
  } | null
  importedBy: string
  createdAt: string
  importedByName: string | null
  importedByEmail: string | null
}

export type Tenant = {
  id: string
  slug: string
  name: string
  role: "admin" | "approver" | "member" | "viewer" | "auditor"
  sample: boolean
  instance: boolean
  suspended: boolean
}

export type Session = {
  accessToken: string
  accessTokenExpiresAt: string
  refreshHandle: string
  expiresAt: string
  tenant: string
}

export type IdentityProvider = {
  id: string
  name: string
  issuer: string
  clientId: string
  scopes: (string)[]
  groupsClaim: string
  roleMapping: ({
    group: string
    role: "admin" | "approver" | "member" | "viewer" | "auditor"
  })[]
  defaultRole: "admin" | "approver" | "member" | "viewer" | "auditor" | null
  allowedDomains: (string)[]
  createsMembers: boolean
  enforced: boolean
  redirectUri: string
  createdAt: string
  updatedAt: string
}

export type LogKeys = {
  origin: string
  logVkey: string
  recordKeys: ({
    keyid: string
    pem: string
  })[]
}

export type Member = {
  accountId: string
  kind: "person" | "service"
  name: string
  email: string | null
  role: "admin" | "approver" | "member" | "viewer" | "auditor"
  createdAt: string
  disabledAt: string | null
  roleProviderId: string | null
}

export type Invitation = {
  id: string
  email: string
  role: "admin" | "approver" | "member" | "viewer" | "auditor"
  state: "pending" | "accepted" | "expired" | "revoked"
  delivery: "by_hand" | "queued" | "sent" | "failed"
  deliveryError: string | null
  createdAt: string
  expiresAt: string
}

export type OperatedTenant = {
  id: string
  slug: string
  name: string
  kind: "customer" | "sample" | "instance"
  createdAt: string
  suspendedAt: string | null
  members: number
  systems: number
  records: number
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

export type TelemetryClient = {
  bootId: string
  accountId: string
  batches: number
  lastSequence: number
  missing: number
  events: number
  dropped: number
  firstSeenAt: string
  lastSeenAt: string
}

export type TelemetryWindow = {
  system: string
  environment: string
  fingerprint: string
  route: string
  source: "calls" | "metrics"
  hour: string
  calls: number
  errors: number
  refusals: number
  agreed: number
  disagreed: number
  unidentified: number
  unpriced: number
  latencyMs: {
    n: number
    sum: number
    sumSquares: number
    logN: number
    logSum: number
    logSumSquares: number
    p50: number | null
    p95: number | null
    p99: number | null
  }
  inputTokens: {
    n: number
    sum: number
    sumSquares: number
    logN: number
    logSum: number
    logSumSquares: number
    p50: number | null
    p95: number | null
    p99: number | null
  }
  outputTokens: {
    n: number
    sum: number
    sumSquares: number
    logN: number
    logSum: number
    logSumSquares: number
    p50: number | null
    p95: number | null
    p99: number | null
  }
  costUsd: {
    n: number
    sum: number
    sumSquares: number
    logN: number
    logSum: number
    logSumSquares: number
    p50: number | null
    p95: number | null
    p99: number | null
  }
  scores: { [name: string]: {
    n: number
    sum: number
    sumSquares: number
    logN: number
    logSum: number
    logSumSquares: number
    p50: number | null
    p95: number | null
    p99: number | null
  } }
  finishReasons: { [name: string]: number }
  distinct: number
  priceVersion: string | null
}

export type ServedModel = {
  system: string
  environment: string
  provider: string | null
  requestedModel: string
  verdict: "breached" | "clear" | "undetermined"
  identities: ({
    servedModel: string
    systemFingerprint: string | null
    baseline: boolean
    changeId: string | null
    firstSeenAt: string
    lastSeenAt: string
  })[]
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
      permissions: ("me:read" | "session:own" | "credential:own" | "member:read" | "member:write" | "identity-provider:read" | "identity-provider:write" | "api-key:own" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "decision:approve" | "record:read" | "log:read" | "audit:read" | "audit-stream:read" | "audit-stream:write" | "tenant:write" | "tenant:operate")[]
      tenant: Tenant
      tenants: (Tenant)[]
    }
  }
  'POST /v1/session/second-factor': {
    body: {
      ticket: string
      proof: {
        method: "totp"
        code: string
      } | {
        method: "recovery_code"
        code: string
      } | {
        method: "passkey"
        assertion: {
          id: string
          rawId: string
          type: "public-key"
          response: {
            clientDataJSON: string
            authenticatorData: string
            signature: string
            userHandle?: string | null
          }
          authenticatorAttachment?: "platform" | "cross-platform" | null
          clientExtensionResults?: {

          }
        }
      }
    }
    answer: Session
  }
  'POST /v1/session/second-factor/passkey-options': {
    body: {
      ticket: string
    }
    answer: {
      challenge: string
    }
  }
  'POST /v1/session/passkey-options': {
    body: {

    } | null
    answer: {
      challenge: string
    }
  }
  'POST /v1/session/passkey': {
    body: {
      assertion: {
        id: string
        rawId: string
        type: "public-key"
        response: {
          clientDataJSON: string
          authenticatorData: string
          signature: string
          userHandle?: string | null
        }
        authenticatorAttachment?: "platform" | "cross-platform" | null
        clientExtensionResults?: {

        }
      }
      tenant?: string
    }
    answer: Session
  }
  'POST /v1/session/step-up/passkey-options': {
    body: {

    } | null
    answer: {
      challenge: string
    }
  }
  'POST /v1/session/step-up': {
    body: {
      method: "password"
      password: string
      code?: string
    } | {
      method: "totp"
      code: string
    } | {
      method: "passkey"
      assertion: {
        id: string
        rawId: string
        type: "public-key"
        response: {
          clientDataJSON: string
          authenticatorData: string
          signature: string
          userHandle?: string | null
        }
        authenticatorAttachment?: "platform" | "cross-platform" | null
        clientExtensionResults?: {

        }
      }
    }
    answer: Session
  }
  'GET /v1/factors': {
    answer: {
      password: boolean
      totp: {
        confirmedAt: string
      } | null
      recoveryCodesLeft: number
      passkeys: ({
        id: string
        name: string
        synced: boolean
        createdAt: string
        lastUsedAt: string | null
      })[]
    }
  }
  'PUT /v1/password': {
    body: {
      currentPassword?: string
      newPassword: string
      endApiKeys?: boolean
    }
    answer: undefined
  }
  'POST /v1/factors/totp': {
    body: {

    } | null
    answer: {
      secret: string
      uri: string
    }
  }
  'DELETE /v1/factors/totp': {
    answer: undefined
  }
  'POST /v1/factors/totp/confirm': {
    body: {
      code: string
    }
    answer: {
      recoveryCodes: (string)[]
    }
  }
  'POST /v1/factors/recovery-codes': {
    body: {

    } | null
    answer: {
      recoveryCodes: (string)[]
    }
  }
  'POST /v1/passkeys/options': {
    body: {

    } | null
    answer: {
      challenge: string
    }
  }
  'POST /v1/passkeys': {
    body: {
      name: string
      attestation: {
        id: string
        rawId: string
        type: "public-key"
        response: {
          clientDataJSON: string
          attestationObject: string
          transports?: (string)[]
          authenticatorData?: string
          publicKey?: string | null
          publicKeyAlgorithm?: number
        }
        authenticatorAttachment?: "platform" | "cross-platform" | null
        clientExtensionResults?: {

        }
      }
    }
    answer: {
      id: string
      name: string
      synced: boolean
      createdAt: string
      lastUsedAt: string | null
      recoveryCodes: (string)[] | null
    }
  }
  'PUT /v1/passkeys/{id}': {
    path: { id: string }
    body: {
      name: string
    }
    answer: {
      id: string
      name: string
      synced: boolean
      createdAt: string
      lastUsedAt: string | null
    }
  }
  'DELETE /v1/passkeys/{id}': {
    path: { id: string }
    answer: undefined
  }
  'GET /v1/sessions': {
    answer: {
      items: ({
        id: string
        tenant: string | null
        current: boolean
        createdAt: string
        usedAt: string
        expiresAt: string
        authenticatedAt: string
        methods: (string)[]
        address: string | null
        device: string | null
      })[]
      nextCursor: string | null
    }
  }
  'DELETE /v1/sessions': {
    answer: undefined
  }
  'DELETE /v1/sessions/{id}': {
    path: { id: string }
    answer: undefined
  }
  'GET /v1/members/{accountId}/sessions': {
    path: { accountId: string }
    answer: {
      items: ({
        id: string
        tenant: string | null
        current: boolean
        createdAt: string
        usedAt: string
        expiresAt: string
        authenticatedAt: string
        methods: (string)[]
        address: string | null
        device: string | null
      })[]
      nextCursor: string | null
    }
  }
  'DELETE /v1/members/{accountId}/sessions': {
    path: { accountId: string }
    answer: undefined
  }
  'GET /v1/members': {
    query?: { limit?: number; cursor?: string; kind?: "person" | "service" }
    answer: {
      items: (Member)[]
      nextCursor: string | null
    }
  }
  'GET /v1/members/{accountId}': {
    path: { accountId: string }
    answer: Member
  }
  'PUT /v1/members/{accountId}': {
    path: { accountId: string }
    body: {
      role: "admin" | "approver" | "member" | "viewer" | "auditor"
    }
    answer: Member
  }
  'DELETE /v1/members/{accountId}': {
    path: { accountId: string }
    answer: undefined
  }
  'POST /v1/members/{accountId}/disable': {
    path: { accountId: string }
    body: {

    } | null
    answer: Member
  }
  'POST /v1/members/{accountId}/enable': {
    path: { accountId: string }
    body: {

    } | null
    answer: Member
  }
  'GET /v1/invitations': {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (Invitation)[]
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
      state: "pending" | "accepted" | "expired" | "revoked"
      delivery: "by_hand" | "queued" | "sent" | "failed"
      deliveryError: string | null
      createdAt: string
      expiresAt: string
      code: string | null
    }
  }
  'POST /v1/invitations/{id}/resend': {
    path: { id: string }
    body: {

    } | null
    answer: {
      id: string
      email: string
      role: "admin" | "approver" | "member" | "viewer" | "auditor"
      state: "pending" | "accepted" | "expired" | "revoked"
      delivery: "by_hand" | "queued" | "sent" | "failed"
      deliveryError: string | null
      createdAt: string
      expiresAt: string
      code: string | null
    }
  }
  'DELETE /v1/invitations/{id}': {
    path: { id: string }
    answer: undefined
  }
  'POST /v1/password-resets': {
    body: {
      email: string
    }
    answer: {

    }
  }
  'POST /v1/password-resets/complete': {
    body: {
      code: string
      password: string
    }
    answer: undefined
  }
  'POST /v1/members/{accountId}/password-reset': {
    path: { accountId: string }
    body: {

    } | null
    answer: {
      code: string | null
      expiresAt: string | null
    }
  }
  'POST /v1/accounts/{accountId}/password-reset': {
    path: { accountId: string }
    body: {

    } | null
    answer: {
      code: string | null
      expiresAt: string | null
    }
  }
  'GET /v1/service-accounts': {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (Member)[]
      nextCursor: string | null
    }
  }
  'POST /v1/service-accounts': {
    body: {
      name: string
      role: "member" | "viewer" | "auditor"
    }
    answer: Member
  }
  'PUT /v1/service-accounts/{accountId}': {
    path: { accountId: string }
    body: {
      name?: string
      role?: "member" | "viewer" | "auditor"
    }
    answer: Member
  }
  'DELETE /v1/service-accounts/{accountId}': {
    path: { accountId: string }
    answer: undefined
  }
  'POST /v1/service-accounts/{accountId}/disable': {
    path: { accountId: string }
    body: {

    } | null
    answer: Member
  }
  'POST /v1/service-accounts/{accountId}/enable': {
    path: { accountId: string }
    body: {

    } | null
    answer: Member
  }
  'GET /v1/api-keys': {
    query?: { limit?: number; cursor?: string; expiring?: string }
    answer: {
      items: (ApiKey)[]
      nextCursor: string | null
    }
  }
  'POST /v1/api-keys': {
    body: {
      name: string
      scopes: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
      expiresInDays?: number | null
      accountId?: string
    }
    answer: {
      id: string
      accountId: string
      accountName: string
      name: string
      prefix: string
      scopes: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
      createdAt: string
      expiresAt: string | null
      expiresSoon: boolean
      lastUsedAt: string | null
      lastUsedAddress: string | null
      revokedAt: string | null
      replacedBy: string | null
      key: string
    }
  }
  'PUT /v1/api-keys/{id}': {
    path: { id: string }
    body: {
      name?: string
      scopes?: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
    }
    answer: ApiKey
  }
  'DELETE /v1/api-keys/{id}': {
    path: { id: string }
    answer: undefined
  }
  'POST /v1/api-keys/{id}/rotate': {
    path: { id: string }
    body: {
      overlapHours: number
    }
    answer: {
      id: string
      accountId: string
      accountName: string
      name: string
      prefix: string
      scopes: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
      createdAt: string
      expiresAt: string | null
      expiresSoon: boolean
      lastUsedAt: string | null
      lastUsedAddress: string | null
      revokedAt: string | null
      replacedBy: string | null
      key: string
    }
  }
  'GET /v1/tenants': {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (OperatedTenant)[]
      nextCursor: string | null
    }
  }
  'POST /v1/tenants': {
    body: {
      slug: string
      name: string
      adminEmail: string
    }
    answer: {
      id: string
      slug: string
      name: string
      invitation: {
        id: string
        email: string
        role: "admin" | "approver" | "member" | "viewer" | "auditor"
        state: "pending" | "accepted" | "expired" | "revoked"
        delivery: "by_hand" | "queued" | "sent" | "failed"
        deliveryError: string | null
        createdAt: string
        expiresAt: string
        code: string | null
      }
    }
  }
  'POST /v1/tenants/{id}/suspend': {
    path: { id: string }
    body: {

    } | null
    answer: undefined
  }
  'POST /v1/tenants/{id}/resume': {
    path: { id: string }
    body: {

    } | null
    answer: undefined
  }
  'POST /v1/accounts/{accountId}/disable': {
    path: { accountId: string }
    body: {

    } | null
    answer: undefined
  }
  'POST /v1/accounts/{accountId}/enable': {
    path: { accountId: string }
    body: {

    } | null
    answer: undefined
  }
  'GET /v1/identity-providers': {
    answer: {
      items: (IdentityProvider)[]
      nextCursor: string | null
    }
  }
  'POST /v1/identity-providers': {
    body: {
      name: string
      clientId: string
      scopes?: (string)[]
      groupsClaim?: string
      roleMapping?: ({
        group: string
        role: "admin" | "approver" | "member" | "viewer" | "auditor"
      })[]
      defaultRole?: "admin" | "approver" | "member" | "viewer" | "auditor" | null
      allowedDomains?: (string)[]
      createsMembers?: boolean
      issuer: string
      clientSecret: string
    }
    answer: IdentityProvider
  }
  'GET /v1/identity-providers/{id}': {
    path: { id: string }
    answer: IdentityProvider
  }
  'PUT /v1/identity-providers/{id}': {
    path: { id: string }
    body: {
      name?: string
      clientId?: string
      scopes?: (string)[]
      groupsClaim?: string
      roleMapping?: ({
        group: string
        role: "admin" | "approver" | "member" | "viewer" | "auditor"
      })[]
      defaultRole?: "admin" | "approver" | "member" | "viewer" | "auditor" | null
      allowedDomains?: (string)[]
      createsMembers?: boolean
      clientSecret?: string
      enforced?: boolean
    }
    answer: IdentityProvider
  }
  'DELETE /v1/identity-providers/{id}': {
    path: { id: string }
    answer: undefined
  }
  'POST /v1/identity-providers/{id}/test': {
    path: { id: string }
    body: {

    } | null
    answer: {
      issuer: string
      authorizationEndpoint: string
      signingAlgorithms: (string)[]
      namesIssuer: boolean
      signsOut: boolean
    }
  }
  'GET /v1/identity-providers/{id}/identities': {
    path: { id: string }
    answer: {
      items: ({
        subject: string
        accountId: string
        linkedBy: "created" | "invitation" | "admin" | "verified_email"
        createdAt: string
        signedInAt: string | null
      })[]
      nextCursor: string | null
    }
  }
  'POST /v1/identity-providers/{id}/identities': {
    path: { id: string }
    body: {
      subject: string
      accountId: string
    }
    answer: undefined
  }
  'GET /v1/break-glass-accounts': {
    answer: {
      items: ({
        accountId: string
        name: string
        email: string | null
      })[]
      nextCursor: string | null
    }
  }
  'PUT /v1/break-glass-accounts/{accountId}': {
    path: { accountId: string }
    body: {

    } | null
    answer: {
      accountId: string
      name: string
      email: string | null
    }
  }
  'DELETE /v1/break-glass-accounts/{accountId}': {
    path: { accountId: string }
    body: {

    } | null
    answer: {
      accountId: string
      name: string
      email: string | null
    }
  }
  'GET /v1/sign-in-options': {
    query: { tenant: string }
    answer: {
      password: boolean
      providers: ({
        id: string
        name: string
        startPath: string
      })[]
    }
  }
  'GET /v1/session/provider-sign-out': {
    answer: {
      location: string | null
    }
  }
  'GET /v1/oidc/{providerId}/start': {
    path: { providerId: string }
    query?: { returnTo?: string; device?: string }
    answer: undefined
  }
  'GET /v1/oidc/callback': {
    answer: string
  }
  'GET /device': {
    answer: string
  }
  'POST /v1/device-authorizations': {
    body: {
      clientLabel?: string
      tenant?: string
    }
    answer: {
      deviceCode: string
      userCode: string
      verificationUri: string
      expiresInSeconds: number
      intervalSeconds: number
    }
  }
  'POST /v1/device-authorizations/token': {
    body: {
      deviceCode: string
    }
    answer: Session
  }
  'POST /v1/device-authorizations/lookup': {
    body: {
      userCode: string
    }
    answer: {
      clientLabel: string
      address: string
      requestedAt: string
      expiresAt: string
    }
  }
  'POST /v1/device-authorizations/decision': {
    body: {
      userCode: string
      verdict: "approve" | "deny"
    }
    answer: {
      verdict: "approve" | "deny"
      clientLabel: string
    }
  }
  'GET /v1/log/keys': {
    answer: LogKeys
  }
  'GET /v1/log/audit': {
    query?: { position?: string; end?: number; entries?: "true" | "false" }
    answer: string
  }
  'GET /v1/log/checkpoint': {
    answer: string
  }
  'GET /v1/log/tile/{tile}': {
    path: { tile: string }
    answer: string
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
  'GET /v1/audit-events': {
    query?: { action?: string; actionPrefix?: string; outcome?: "allowed" | "denied" | "failed"; actorId?: string; resource?: string; credential?: string; requestId?: string; from?: string; to?: string; limit?: number; cursor?: string; order?: "newest" | "oldest" }
    answer: {
      items: (AuditEvent)[]
      nextCursor: string | null
    }
  }
  'GET /v1/audit-events/{id}': {
    path: { id: string }
    answer: {
      id: string
      occurredAt: string
      action: string
      outcome: "allowed" | "denied" | "failed"
      actorId: string | null
      actorName: string | null
      actorEmail: string | null
      actorKey: string | null
      credential: string
      address: string | null
      requestId: string | null
      resource: string | null
      resourceName: string | null
      details: { [name: string]: unknown }
      logIndex: number | null
      envelope: string
      salt: string
      proof: {
        entry: string
        index: number
        tlogProof: string
      } | null
    }
  }
  'GET /v1/audit-events/{id}/bundle': {
    path: { id: string }
    answer: string
  }
  'GET /v1/audit-events/export': {
    query?: { action?: string; actionPrefix?: string; outcome?: "allowed" | "denied" | "failed"; actorId?: string; resource?: string; credential?: string; requestId?: string; from?: string; to?: string; format?: "jsonl" | "csv" }
    answer: string
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
  'POST /v1/telemetry': {
    body: {
      bootId: string
      sequence: number
      sentAt: string
      dropped?: number
      events: ({
        kind: "measure"
        system: string
        environment?: string
        fingerprint?: string
        route?: string
        at: string
        latencyMs?: number
        inputTokens?: number
        outputTokens?: number
        costUsd?: number
        score?: {
          name: string
          value: number
        }
        finishReason?: string
        error?: boolean
        refused?: boolean
        agreed?: boolean
      } | {
        id: string
        system: string
        environment?: string
        configuration: ConfigurationInput
        observedAt?: string
        origin?: "sdk" | "api" | "ci" | "manual" | "import"
        revision?: string
        kind: "observation"
      } | {
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
        kind: "change"
        id: string
      })[]
    }
    answer: {
      accepted: number
      rejected: ({
        index: number
        detail: string
      })[]
      duplicate: boolean
      serverTime: string
    }
  }
  'POST /v1/traces': {
    body: unknown
    answer: unknown
  }
  'POST /v1/metrics': {
    body: unknown
    answer: unknown
  }
  'POST /v1/logs': {
    body: unknown
    answer: unknown
  }
  'GET /v1/telemetry/clients': {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (TelemetryClient)[]
      nextCursor: string | null
    }
  }
  'GET /v1/telemetry/windows': {
    query: { limit?: number; cursor?: string; system: string; environment?: string; since?: string }
    answer: {
      items: (TelemetryWindow)[]
      nextCursor: string | null
    }
  }
  'GET /v1/telemetry/served-models': {
    query?: { limit?: number; cursor?: string; system?: string }
    answer: {
      items: (ServedModel)[]
      nextCursor: string | null
    }
  }
  'GET /v1/telemetry/dropped': {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: ({
        door: string
        name: string
        count: number
        lastSeenAt: string
      })[]
      nextCursor: string | null
    }
  }
  'GET /v1/evaluations': {
    query?: { limit?: number; cursor?: string; system?: string }
    answer: {
      items: (Evaluation)[]
      nextCursor: string | null
    }
  }
  'POST /v1/evaluations': {
    query?: { format?: "csv" | "jsonl" | "json" | "promptfoo" | "inspect" | "lm-eval" | "deepeval" | "openai-evals" | "every-eval-ever" | "langsmith" | "langfuse" | "braintrust" | "ragas" | "junit"; system?: string; label?: string; mapping?: string; where?: string; decimal?: "point" | "comma"; missing?: string; provider?: string; prompt?: string; caseIdVariable?: string; sliceVariable?: string; clusterVariable?: string }
    body: string | Uint8Array
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
          scale?: {
            lower: number
            upper: number
          }
          primary?: boolean
          failureValue?: number
        })[]
        criticalSlices?: (string)[]
      }
    }
    answer: Assessment
  }
  'GET /v1/changes/{id}/assessments': {
    path: { id: string }
    answer: {
      items: (Assessment)[]
      nextCursor: string | null
    }
  }
  'GET /v1/assessments/{id}': {
    path: { id: string }
    answer: Assessment
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
    query?: { withhold?: string }
    answer: string
  }
  'GET /v1/audit-streams': {
    answer: {
      items: (AuditStream)[]
      nextCursor: string | null
    }
  }
  'POST /v1/audit-streams': {
    body: {
      kind: "syslog"
      name: string
      host: string
      port: number
      transport?: "tls" | "tcp"
      certificates?: string
      startFrom?: "now" | "beginning"
    } | {
      kind: "webhook"
      name: string
      url: string
      certificates?: string
      startFrom?: "now" | "beginning"
    }
    answer: {
      id: string
      name: string
      kind: "syslog" | "webhook"
      endpoint: string
      state: "sending" | "failing" | "paused"
      createdAt: string
      createdBy: string
      nextIndex: number
      lagEvents: number
      lagSeconds: number
      delivered: number
      lastDeliveredAt: string | null
      failures: number
      lastError: string | null
      lastErrorAt: string | null
      retryAt: string | null
      secret: string | null
    }
  }
  'GET /v1/audit-streams/{id}': {
    path: { id: string }
    answer: AuditStream
  }
  'DELETE /v1/audit-streams/{id}': {
    path: { id: string }
    answer: undefined
  }
  'POST /v1/audit-streams/{id}/pause': {
    path: { id: string }
    body: {

    } | null
    answer: AuditStream
  }
  'POST /v1/audit-streams/{id}/resume': {
    path: { id: string }
    body: {

    } | null
    answer: AuditStream
  }
  'POST /v1/audit-streams/{id}/replay': {
    path: { id: string }
    body: {
      fromIndex: number
    }
    answer: AuditStream
  }
  'DELETE /v1/sample-workspace': {
    answer: undefined
  }
}
