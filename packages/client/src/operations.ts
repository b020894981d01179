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
    version?: string
    digest?: string
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
    server?: string
    serverVersion?: string
    readOnly?: boolean
    destructive?: boolean
    idempotent?: boolean
    openWorld?: boolean
  })[]
  agent?: {
    name?: string
    version?: string
  }
  retrieval?: ({
    name: string
    version?: string
    digest?: string
    embeddingModel?: string
    chunkSize?: number
    chunkOverlap?: number
    topK?: number
  })[]
  guardrails?: ({
    name: string
    version?: string
    digest?: string
  })[]
  postProcessing?: ({
    name: string
    version?: string
    digest?: string
  })[]
  infrastructure?: {
    region?: string
    gateway?: string
    gatewayVersion?: string
    packages?: ({
      name: string
      version?: string
    })[]
  }
  data?: ({
    name: string
    version?: string
    digest?: string
  })[]
  evaluation?: {
    datasets?: ({
      name: string
      version?: string
      digest?: string
    })[]
    judges?: ({
      name: string
      version?: string
      digest?: string
      model?: string
    })[]
    scorers?: ({
      name: string
      version?: string
      digest?: string
    })[]
  }
  flags?: ({
    name: string
    variant?: string
    version?: string
  })[]
}

export type PreferencesInput = {
  timeZone: string | null
  density: "default" | "comfortable" | "compact"
  theme: "system" | "light" | "dark"
  letterKeys: boolean
  notesSeen: (string)[]
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

export type BrowserSession = {
  accessTokenExpiresAt: string
  expiresAt: string
  tenant: string
}

export type SessionState = {
  endsAt: string
  idleEndsAt: string
  proofFreshUntil: string | null
  secondFactor: boolean
  provider: string | null
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
    version?: string
    digest?: string
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
    server?: string
    serverVersion?: string
    readOnly?: boolean
    destructive?: boolean
    idempotent?: boolean
    openWorld?: boolean
  })[]
  agent?: {
    name?: string
    version?: string
  }
  retrieval?: ({
    name: string
    version?: string
    digest?: string
    embeddingModel?: string
    chunkSize?: number
    chunkOverlap?: number
    topK?: number
  })[]
  guardrails?: ({
    name: string
    version?: string
    digest?: string
  })[]
  postProcessing?: ({
    name: string
    version?: string
    digest?: string
  })[]
  infrastructure?: {
    region?: string
    gateway?: string
    gatewayVersion?: string
    packages?: ({
      name: string
      version?: string
    })[]
  }
  data?: ({
    name: string
    version?: string
    digest?: string
  })[]
  evaluation?: {
    datasets?: ({
      name: string
      version?: string
      digest?: string
    })[]
    judges?: ({
      name: string
      version?: string
      digest?: string
      model?: string
    })[]
    scorers?: ({
      name: string
      version?: string
      digest?: string
    })[]
  }
  flags?: ({
    name: string
    variant?: string
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
  mergedInto: string | null
  duplicates: (string)[]
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

export type Determination = {
  id: string
  changeId: string
  determination: "substantial" | "pre_determined" | "neither"
  reason: string
  determinedAt: string
  determinedBy: string
  determinedByName: string | null
}

export type Determinations = {
  determination: "substantial" | "pre_determined" | "neither" | "not_asked"
  items: (Determination)[]
}

export type Policy = {
  id: string | null
  system: string | null
  environment: string | null
  version: number
  rules: ({
    changeTypes?: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
    changeClasses?: ("standard" | "normal" | "emergency")[]
    severities?: ("low" | "medium" | "high" | "critical")[]
    decision: "never" | "after" | "before"
    withinHours: number
    assessment: "wanted" | "needed" | "planned"
    validDays?: number
    approvals: {
      ruleType: "single_approver" | "majority_approval" | "unanimous_approval" | "custom"
      quorum: number
      roles: ("admin" | "approver")[]
      people: (string)[]
      allowSelfApproval: boolean
      requesterMayApprove: boolean
      implementerMayApprove: boolean
    }
    emergency: {
      roles: ("admin" | "approver" | "member")[]
      withinHours: number
    }
  })[]
  reason: string | null
  setAt: string | null
  setBy: string | null
  setByName: string | null
}

export type PolicyCheck = {
  warnings: ({
    pointer: string
    detail: string
  })[]
}

export type PolicySet = {
  id: string | null
  system: string | null
  environment: string | null
  version: number
  rules: ({
    changeTypes?: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
    changeClasses?: ("standard" | "normal" | "emergency")[]
    severities?: ("low" | "medium" | "high" | "critical")[]
    decision: "never" | "after" | "before"
    withinHours: number
    assessment: "wanted" | "needed" | "planned"
    validDays?: number
    approvals: {
      ruleType: "single_approver" | "majority_approval" | "unanimous_approval" | "custom"
      quorum: number
      roles: ("admin" | "approver")[]
      people: (string)[]
      allowSelfApproval: boolean
      requesterMayApprove: boolean
      implementerMayApprove: boolean
    }
    emergency: {
      roles: ("admin" | "approver" | "member")[]
      withinHours: number
    }
  })[]
  reason: string | null
  setAt: string | null
  setBy: string | null
  setByName: string | null
  warnings: ({
    pointer: string
    detail: string
  })[]
}

export type Approvers = {
  system: string
  environment: string
  at: string
  policy: {
    id: string | null
    system: string | null
    environment: string | null
    version: number
    rules: ({
      changeTypes?: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
      changeClasses?: ("standard" | "normal" | "emergency")[]
      severities?: ("low" | "medium" | "high" | "critical")[]
      decision: "never" | "after" | "before"
      withinHours: number
      assessment: "wanted" | "needed" | "planned"
      validDays?: number
      approvals: {
        ruleType: "single_approver" | "majority_approval" | "unanimous_approval" | "custom"
        quorum: number
        roles: ("admin" | "approver")[]
        people: (string)[]
        allowSelfApproval: boolean
        requesterMayApprove: boolean
        implementerMayApprove: boolean
      }
      emergency: {
        roles: ("admin" | "approver" | "member")[]
        withinHours: number
      }
    })[]
    setAt: string | null
  }
  people: ({
    accountId: string
    name: string | null
    role: "admin" | "approver" | "member" | "viewer" | "auditor"
    rules: ({
      rule: number
      function: "approver" | "named_approver" | "delegate"
    })[]
  })[]
}

export type EvaluationPlan = {
  id: string
  changeId: string
  version: number
  terms: {
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
    datasets: (string)[]
    minCases: number
    attempts: number
  }
  digest: string
  supersedes: string | null
  sealedAt: string
  sealedBy: string
  sealedByName: string | null
  sealedByEmail: string | null
}

export type Delegation = {
  id: string
  fromId: string
  fromName: string | null
  toId: string
  toName: string | null
  reason: string
  delegatedAt: string
  until: string
  endedAt: string | null
  endedByName: string | null
  inForce: boolean
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
  underPlan: {
    basis: "sealed_before_results" | "sealed_after_results" | "given_with_results"
    follows: boolean
    planId: string | null
    version: number | null
    planDigest: string | null
    sealedAt: string | null
    supersededBy: string | null
    differences: ({
      path: string
      planned: string | null
      used: string | null
    })[]
    findings: ({
      code: "run_before_plan" | "imported_before" | "same_results" | "other_system" | "other_cases" | "other_cases_in_baseline" | "too_few_cases" | "too_many_attempts" | "other_attempts" | "not_assessed" | "superseded_after_results"
      breaks: boolean
      text: string
    })[]
    attempts: {
      count: number
      notAssessed: number
      otherCases: number
      otherSystems: number
      items: ({
        evaluationId: string
        label: string | null
        importedAt: string
        ranAt: string | null
        planId: string | null
        cases: "all" | "some" | "unknown" | "others"
        role: "candidate" | "baseline" | "other"
        isAgain: boolean
        repeats: string | null
        verdicts: ({
          assessmentId: string
          changeId: string
          verdict: string
        })[]
      })[]
    }
  } | null
  digest: string
  authorId: string
  authorName: string | null
  authorEmail: string | null
  createdAt: string
}

export type AssessmentCases = {
  items: ({
    caseId: string
    slice: string | null
    baseline: number
    candidate: number
  })[]
  total: number
  nextCursor: string | null
}

export type EvaluationUse = {
  assessmentId: string
  changeId: string
  changeTitle: string
  role: "baseline" | "candidate"
  verdict: string
  createdAt: string
}

export type Evaluation = {
  id: string
  system: string | null
  label: string | null
  format: "csv" | "jsonl" | "json" | "promptfoo" | "inspect" | "lm-eval" | "deepeval" | "openai-evals" | "every-eval-ever" | "langsmith" | "langfuse" | "braintrust" | "ragas" | "junit"
  selection: string | null
  sourceDigest: string
  caseDigest: string | null
  ranAt: string | null
  receivedAt: string
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

export type ImportPreview = {
  format: "csv" | "jsonl" | "json" | "promptfoo" | "inspect" | "lm-eval" | "deepeval" | "openai-evals" | "every-eval-ever" | "langsmith" | "langfuse" | "braintrust" | "ragas" | "junit" | null
  takes: ("mapping" | "where" | "notation" | "variables" | "selection")[]
  columns: ({
    name: string
    place: number
    takenFor: "case" | "cluster" | "slice" | "error" | "metric" | "nothing"
    why: "said" | "usual_name" | "tells_rows_apart" | "numbers" | "configuration" | "counts" | "words" | "empty"
    kind: string | null
    direction: string | null
    filled: number
    distinct: number
    canSlice: boolean
    choices: (string)[]
  })[]
  moreColumns: number
  variables: ({
    name: string
    values: number
  })[]
  choices: ({
    by: "provider" | "prompt"
    names: (string)[]
  })[]
  run: {
    selection: string | null
    ranAt: string | null
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
    rows: number
    cases: number
    slices: (string)[]
  } | null
  faults: ({
    code: string
    text: string
    line: number | null
    column: string | null
    pointer: string | null
  })[]
  moreFaults: number
}

export type PowerAdvice = {
  metrics: ({
    metric: string
    kind: string
    direction: string | null
    margin: number | null
    marginFrom: "plan" | "default" | null
    cases: number
    pairsForMargin: number | null
    pairsAtMost: number | null
    detectableLoss: number | null
    chance: number | null
  })[]
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
  scopes: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "policy:read" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
  createdAt: string
  expiresAt: string | null
  expiresSoon: boolean
  lastUsedAt: string | null
  lastUsedAddress: string | null
  revokedAt: string | null
  replacedBy: string | null
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
  checks: ({
    metric: "error_rate" | "refusal_rate" | "disagreed_rate" | "cost_per_request_usd" | "latency_mean_ms" | "latency_p95_ms" | "input_tokens_mean" | "output_tokens_mean"
    comparison: "at_most" | "at_least"
    bound: number
    of: "value" | "before"
    windowHours: number
    minCalls: number
  })[]
  reviewBy: string | null
  assessmentIds: (string)[]
  supersedes: string | null
  authorId: string
  authorName: string
  authorEmail: string | null
  proposedAt: string
  evidence: "assessed" | "none"
  approvalPolicy: {
    ruleType: "single_approver" | "majority_approval" | "unanimous_approval" | "custom"
    quorum: number
    allowSelfApproval: boolean
    people?: (string)[]
    roles?: ("admin" | "approver")[]
    requesterMayApprove?: boolean
    implementerMayApprove?: boolean
  }
  approvalsMissing: number
  validUntil: string | null
  approvals: ({
    approverId: string
    approverName: string
    approverEmail: string | null
    onBehalfOf?: string
    onBehalfOfName?: string
    verdict: "approve" | "reject"
    comment: string | null
    evidenceDigest: string
    at: string
  })[]
  evidenceDigest: string
  evidenceChanged: boolean
  recordId: string | null
}

export type ConditionFinding = {
  id: string
  recordId: string
  condition: string
  outcome: "met" | "broken"
  note: string
  foundAt: string
  foundBy: string | null
  foundByName: string | null
}

export type Life = {
  changeId: string
  stage: "planned" | "assessed" | "decided" | "running" | "reviewed" | "closed"
  decision: "undecided" | "proposed" | "act" | "not_act"
  running: "not_yet" | "runs" | "ended" | "rolled_back"
  waitsFor: string | null
  next: string | null
  steps: ({
    step: "recorded" | "tested" | "assessed" | "approved" | "implemented" | "verified" | "closed"
    at: string | null
    by: string | null
    note: string | null
  })[]
  recordId: string | null
  revision: string | null
  endedAt: string | null
  rolledBackAt: string | null
  rolledBackBy: string | null
  reverses: string | null
  asDecided: boolean | null
  verification: "verified" | "failed" | null
  superseded: boolean
  closeCode: "successful" | "successful_issues" | "unsuccessful" | "cancelled" | null
}

export type Standing = {
  systemId: string
  system: string
  environment: string
  standing: "contrary" | "condition_broken" | "deviating" | "overdue" | "review_due" | "awaiting" | "authorised" | "accepted_baseline" | "exempt"
  cause: "recorded" | "accepted" | "standard" | "not_needed" | "emergency" | "refused" | "condition_broken" | "review_passed" | "approval_ended" | "assessed_again" | "starts_elsewhere" | "deviates" | "undecided"
  reason: string
  needs: string | null
  due: string | null
  fingerprint: string | null
  since: string
  lastSeenAt: string
  changeId: string | null
  changeTitle: string | null
  recordId: string | null
  decidedAt: string | null
  plannedChangeId: string | null
  deviation: ({
    category: "model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other"
    path: string
    before: string | number | boolean | null
    after: string | number | boolean | null
  })[]
  policyVersion: number
  envelopeId: string | null
  emergency: boolean
}

export type Standings = {
  at: string
  items: (Standing)[]
  counts: {
    contrary: number
    condition_broken: number
    deviating: number
    overdue: number
    review_due: number
    awaiting: number
    authorised: number
    accepted_baseline: number
    exempt: number
  }
  ok: boolean
}

export type Run = {
  environment: string
  fingerprint: string
  startedAt: string
  endedAt: string | null
  knownAt: string
  changeId: string | null
  changeTitle: string | null
  openedByName: string | null
  reversesChangeId: string | null
  recordId: string | null
  decision: "act" | "not_act" | null
  decidedAt: string | null
  approvedBy: (string)[]
  standing: "contrary" | "condition_broken" | "deviating" | "overdue" | "review_due" | "awaiting" | "authorised" | "accepted_baseline" | "exempt"
}

export type AcceptedBaseline = {
  id: string
  system: string
  environment: string
  fingerprint: string
  reason: string
  acceptedAt: string
  acceptedBy: string | null
  acceptedByName: string | null
}

export type Gate = {
  open: boolean
  answer: "covered" | "accepted_baseline" | "exempt" | "standard" | "emergency" | "after_the_fact" | "undecided" | "contrary" | "expired" | "review_due" | "stale"
  cause: "recorded" | "accepted" | "standard" | "not_needed" | "emergency" | "refused" | "condition_broken" | "review_passed" | "approval_ended" | "assessed_again" | "starts_elsewhere" | "deviates" | "undecided"
  reason: string
  since: string | null
  needs: string | null
  system: string
  environment: string
  fingerprint: string
  changeId: string | null
  changeTitle: string | null
  recordId: string | null
  decidedAt: string | null
  decidedBy: (string)[]
  validUntil: string | null
  policyVersion: number
  changeTypes: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
  delta: ({
    category: "model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other"
    path: string
    before: string | number | boolean | null
    after: string | number | boolean | null
  })[]
  at: string
}

export type GateSummary = {
  payload: string
  payloadType: string
  signatures: ({
    keyid: string
    sig: string
  })[]
}

export type Dossier = {
  change: Change
  life: Life
  gate: {
    open: boolean
    answer: "covered" | "accepted_baseline" | "exempt" | "standard" | "emergency" | "after_the_fact" | "undecided" | "contrary" | "expired" | "review_due" | "stale"
    cause: "recorded" | "accepted" | "standard" | "not_needed" | "emergency" | "refused" | "condition_broken" | "review_passed" | "approval_ended" | "assessed_again" | "starts_elsewhere" | "deviates" | "undecided"
    reason: string
    since: string | null
    needs: string | null
    changeId: string | null
    changeTitle: string | null
    recordId: string | null
    decidedAt: string | null
    decidedBy: (string)[]
    validUntil: string | null
  } | null
  assessments: (Assessment)[]
  decisions: (Decision)[]
  records: ({
    id: string
    decisionId: string
    number: number | null
    sealedAt: string
    state: "pending" | "integrated"
  })[]
  findings: (ConditionFinding)[]
  emergency: {
    reason: string
    declaredAt: string
    declaredByName: string | null
    decideBy: string
  } | null
  plans: (EvaluationPlan)[]
  determinations: Determinations
  history: ({
    at: string
    action: string
    actorName: string | null
    text: string
  })[]
  people: { [name: string]: string }
  reader: {
    mayConfirm: boolean
    mayAssess: boolean
    mayPropose: boolean
    mayApprove: boolean
    mayClose: boolean
    mayDeclareEmergency: boolean
    mayNot: { [name: string]: string }
  }
}

export type ChangeRow = {
  id: string
  title: string
  system: string
  environment: string
  changeTypes: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
  changeClass: "standard" | "normal" | "emergency"
  origin: "manual" | "sdk" | "api" | "ci" | "otel" | "watchlist" | "signal" | "import"
  status: "pending" | "confirmed" | "dismissed"
  intent: "proposed" | "implemented" | "observed" | "rolled_back"
  stage: "planned" | "assessed" | "decided" | "running" | "reviewed" | "closed"
  decision: "undecided" | "proposed" | "act" | "not_act"
  running: "not_yet" | "runs" | "ended" | "rolled_back"
  severity: string | null
  verdict: string | null
  assessmentId: string | null
  decisionId: string | null
  recordId: string | null
  emergency: boolean
  authorId: string
  authorName: string | null
  awaitingMe: boolean
  openedAt: string
  updatedAt: string
}

export type ChangeCount = {
  count: number
  capped: boolean
}

export type SystemCard = {
  system: string
  systemId: string
  version: number
  card: {
    purpose: string | null
    owner: {
      kind: "person"
      accountId: string
    } | {
      kind: "team"
      name: string
    } | null
    roles: ("provider" | "deployer")[]
    riskClass: string | null
    regimes: (string)[]
    dataClass: string | null
    vendor: string | null
  }
  ownerName: string | null
  ownerIsMember: boolean | null
  digest: string | null
  setAt: string | null
  setBy: string | null
  setByName: string | null
}

export type Comparison = {
  system: string
  before: {
    by: "at" | "fingerprint" | "configuration"
    environment: string
    at: string | null
    fingerprint: string
    configuration: Configuration
    runs: (Run)[]
    moreRuns: boolean
  }
  after: {
    by: "at" | "fingerprint" | "configuration"
    environment: string
    at: string | null
    fingerprint: string
    configuration: Configuration
    runs: (Run)[]
    moreRuns: boolean
  }
  same: boolean
  changeTypes: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
  delta: ({
    category: "model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other"
    path: string
    before: string | number | boolean | null
    after: string | number | boolean | null
  })[]
}

export type SecondFactorChallenge = {
  ticket: string
  methods: ("totp" | "passkey" | "recovery_code")[]
  expiresAt: string
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

export type Health = {
  release: string
  startedAt: string
  log: {
    size: number
    signedAt: string | null
    waiting: number
    oldestSeconds: number
    stopped: "log_tampered" | "log_went_back" | null
  }
  limits: {
    reads: number
    writes: number
    heavy: number
    telemetry: number
    importMaxMib: number
    sessionIdleMinutes: number
    sessionMaxHours: number
  }
  sendsMail: boolean
  instance: {
    waiting: number
    oldestSeconds: number
    stoppedLogs: number
    streams: {
      sending: number
      failing: number
      paused: number
    }
    streamLag: number
  } | null
}

export type Preferences = {
  timeZone: string | null
  density: "default" | "comfortable" | "compact"
  theme: "system" | "light" | "dark"
  letterKeys: boolean
  notesSeen: (string)[]
}

export type View = {
  id: string
  name: string
  query: string
  columns: (string)[]
  density: "default" | "comfortable" | "compact"
  shared: boolean
  authorId: string
  authorName: string | null
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

export type Envelope = {
  id: string
  title: string
  system: string | null
  terms: {
    environments: (string)[]
    clauses: ({
      path: string
      oneOf?: (string | number | boolean)[]
      min?: number
      max?: number
    })[]
    evidence: "none" | "not_worse"
    until: string
  }
  state: "proposed" | "in_force" | "expired" | "revoked"
  proposedAt: string
  proposedBy: string
  proposedByName: string | null
  approvedAt: string | null
  approvedBy: string | null
  approvedByName: string | null
  revokedAt: string | null
}

export type Inbox = {
  items: ({
    kind: "approve" | "propose" | "assess" | "confirm" | "verify" | "close" | "review" | "standing" | "key"
    row: ChangeRow | null
    title: string
    system: string | null
    environment: string | null
    changeId: string | null
    decisionId: string | null
    since: string
    due: string | null
    note: string
    cause: "recorded" | "accepted" | "standard" | "not_needed" | "emergency" | "refused" | "condition_broken" | "review_passed" | "approval_ended" | "assessed_again" | "starts_elsewhere" | "deviates" | "undecided" | null
  })[]
  counts: {
    approve: number
    propose: number
    assess: number
    confirm: number
    verify: number
    close: number
    review: number
    standing: number
    key: number
  }
  capped: boolean
}

export type RecordDocument = {
  id: string
  entryIndex: number | null
  sealedAt: string
  state: "pending" | "integrated"
  supersedes: string | null
  supersededBy: string | null
  decision: "act" | "not_act"
  decisionDetail: "approve" | "approve_with_conditions" | "accept_risk" | "reject" | "defer" | "rollback"
  justification: string
  implementationPlan: string | null
  backoutPlan: string | null
  testPlan: string | null
  riskImpactAnalysis: string | null
  conditions: (string)[]
  checks: ({
    metric: "error_rate" | "refusal_rate" | "disagreed_rate" | "cost_per_request_usd" | "latency_mean_ms" | "latency_p95_ms" | "input_tokens_mean" | "output_tokens_mean"
    comparison: "at_most" | "at_least"
    bound: number
    of: "value" | "before"
    windowHours: number
    minCalls: number
  })[]
  findings: (ConditionFinding)[]
  emergency: {
    reason: string
    declaredAt: string
    declaredByName: string | null
    decideBy: string
  } | null
  reviewBy: string | null
  evidence: "assessed" | "none"
  change: {
    id: string
    title: string
    system: string
    environment: string
    changeTypes: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
    delta: ({
      category: "model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other"
      path: string
      before: string | number | boolean | null
      after: string | number | boolean | null
    })[]
  }
  assessments: ({
    id: string
    verdict: "material_regression" | "regression" | "withheld" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
    overallRisk: number | null
    mode: string
    cited: boolean
    metrics: ({
      metric: string
      band: "material_regression" | "regression" | "withheld" | "minor_regression" | "inconclusive" | "non_inferior" | "improved"
      primary: boolean
      margin: number | null
      scale: string
      pairs: number
      baselineMean: number | null
      candidateMean: number | null
      delta: number | null
      lower: number | null
      upper: number | null
    })[]
  })[]
  people: ({
    role: "author" | "approver"
    name: string
    email: string | null
    verdict: "approve" | "reject" | null
    comment: string | null
    at: string | null
    onBehalfOf: string | null
  })[]
  policyVersion: number
  closure: {
    code: "successful" | "successful_issues" | "unsuccessful" | "cancelled"
    notes: string | null
    closedAt: string
    closedByName: string | null
  } | null
  evidenceDigest: string
}

export type Record = {
  id: string
  changeId: string
  decisionId: string
  system: string
  environment: string
  title: string
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

export type Found = {
  items: ({
    kind: "change" | "system" | "record" | "person"
    id: string
    title: string
    hint: string
  })[]
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

export type SystemRow = {
  name: string
  owner: string | null
  environments: ({
    environment: string
    standing: "contrary" | "condition_broken" | "deviating" | "overdue" | "review_due" | "awaiting" | "authorised" | "accepted_baseline" | "exempt"
    since: string
  })[]
  openChanges: number
  lastChange: {
    id: string
    title: string
    openedAt: string
  } | null
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

export type TelemetrySeries = {
  system: string
  environment: string
  bucketHours: number
  wholeFrom: string
  points: ({
    at: string
    calls?: number | null
    error_rate?: number | null
    refusal_rate?: number | null
    latency_mean_ms?: number | null
    latency_p95_ms?: number | null
    cost_per_request_usd?: number | null
    input_tokens_mean?: number | null
    output_tokens_mean?: number | null
  })[]
  markers: ({
    at: string
    changeId: string
    title: string
  })[]
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

/** Every operation: what it takes, and what it answers. */
export interface Operations {
  /** Ask whether the process runs. */
  getLiveness: {
    answer: {
      status: "ok"
    }
  }
  /** Ask whether the server can do its work. */
  getReadiness: {
    answer: {
      status: "ok"
    }
  }
  /** Set the instance up with the code that its first start printed. */
  setUp: {
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
    answer: Session | BrowserSession
  }
  /** Sign in with a password. */
  signIn: {
    body: {
      email: string
      password: string
      tenant?: string
    }
    answer: Session | BrowserSession | SecondFactorChallenge
  }
  /** Sign out. */
  signOut: {
    answer: undefined
  }
  /** Read until when your session lasts. */
  getSession: {
    answer: SessionState
  }
  /** Renew the access token. */
  refreshSession: {
    body?: {
      refreshHandle?: string
    } | null
    answer: Session | BrowserSession
  }
  /** Accept an invitation. */
  acceptInvitation: {
    body: {
      code: string
      name: string
      password: string
    }
    answer: Session | BrowserSession | SecondFactorChallenge
  }
  /** Go on in another of your tenants. */
  switchTenant: {
    body: {
      tenant: string
    }
    answer: Session | BrowserSession
  }
  /** Read who you are and what you may do. */
  getMe: {
    answer: {
      accountId: string
      name: string
      kind: "person" | "service"
      role: "admin" | "approver" | "member" | "viewer" | "auditor"
      credential: "cookie" | "bearer" | "api_key"
      permissions: ("me:read" | "session:own" | "credential:own" | "member:read" | "member:write" | "identity-provider:read" | "identity-provider:write" | "api-key:own" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "decision:approve" | "policy:read" | "policy:write" | "record:read" | "log:read" | "audit:read" | "audit-stream:read" | "audit-stream:write" | "health:read" | "tenant:write" | "tenant:operate")[]
      tenant: Tenant
      tenants: (Tenant)[]
    }
  }
  /** Complete a sign-in with a second factor. */
  completeSignIn: {
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
    answer: Session | BrowserSession
  }
  /** Begin to complete a sign-in with a passkey. */
  getSecondFactorPasskeyOptions: {
    body: {
      ticket: string
    }
    answer: {
      challenge: string
    }
  }
  /** Begin to sign in with a passkey. */
  getSignInPasskeyOptions: {
    body?: {

    } | null
    answer: {
      challenge: string
    }
  }
  /** Sign in with a passkey. */
  signInWithPasskey: {
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
    answer: Session | BrowserSession
  }
  /** Begin to show with a passkey that it is still you. */
  getStepUpPasskeyOptions: {
    body?: {

    } | null
    answer: {
      challenge: string
    }
  }
  /** Show again that it is you. */
  stepUp: {
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
    answer: Session | BrowserSession
  }
  /** List what you sign in with. */
  listFactors: {
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
  /** Change your password. */
  changePassword: {
    body: {
      currentPassword?: string
      newPassword: string
      endApiKeys?: boolean
    }
    answer: undefined
  }
  /** Begin to add an authenticator app. */
  addAuthenticator: {
    body?: {

    } | null
    answer: {
      secret: string
      uri: string
    }
  }
  /** Remove the authenticator app. */
  removeAuthenticator: {
    answer: undefined
  }
  /** Confirm the authenticator app with a code of it. */
  confirmAuthenticator: {
    body: {
      code: string
    }
    answer: {
      recoveryCodes: (string)[]
    }
  }
  /** Replace the recovery codes. */
  renewRecoveryCodes: {
    body?: {

    } | null
    answer: {
      recoveryCodes: (string)[]
    }
  }
  /** Begin to add a passkey. */
  getPasskeyOptions: {
    body?: {

    } | null
    answer: {
      challenge: string
    }
  }
  /** Add a passkey. */
  addPasskey: {
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
  /** Rename a passkey. */
  renamePasskey: {
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
  /** Remove a passkey. */
  removePasskey: {
    path: { id: string }
    answer: undefined
  }
  /** List your sessions. */
  listSessions: {
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
  /** End all of your sessions but this one. */
  endOtherSessions: {
    answer: undefined
  }
  /** End one of your sessions. */
  endSession: {
    path: { id: string }
    answer: undefined
  }
  /** List the sessions of a member. */
  listSessionsOfMember: {
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
  /** End the sessions of a member. */
  endSessionsOfMember: {
    path: { accountId: string }
    answer: undefined
  }
  /** List the members of the tenant. */
  listMembers: {
    query?: { limit?: number; cursor?: string; kind?: "person" | "service"; q?: string; permission?: "me:read" | "session:own" | "credential:own" | "member:read" | "member:write" | "identity-provider:read" | "identity-provider:write" | "api-key:own" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "decision:approve" | "policy:read" | "policy:write" | "record:read" | "log:read" | "audit:read" | "audit-stream:read" | "audit-stream:write" | "health:read" | "tenant:write" | "tenant:operate" }
    answer: {
      items: (Member)[]
      nextCursor: string | null
    }
  }
  /** Read a member. */
  getMember: {
    path: { accountId: string }
    answer: Member
  }
  /** Give a member another role. */
  changeMemberRole: {
    path: { accountId: string }
    body: {
      role: "admin" | "approver" | "member" | "viewer" | "auditor"
    }
    answer: Member
  }
  /** Remove a member. */
  removeMember: {
    path: { accountId: string }
    answer: undefined
  }
  /** Keep a member out. */
  disableMember: {
    path: { accountId: string }
    body?: {

    } | null
    answer: Member
  }
  /** Let a member in again. */
  enableMember: {
    path: { accountId: string }
    body?: {

    } | null
    answer: Member
  }
  /** List invitations. */
  listInvitations: {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (Invitation)[]
      nextCursor: string | null
    }
  }
  /** Invite somebody. */
  inviteMember: {
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
  /** Invite again, with another code. */
  resendInvitation: {
    path: { id: string }
    body?: {

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
  /** Revoke an invitation. */
  revokeInvitation: {
    path: { id: string }
    answer: undefined
  }
  /** Ask for a code for a new password. */
  requestPasswordReset: {
    body: {
      email: string
    }
    answer: {

    }
  }
  /** Set a new password with a code. */
  completePasswordReset: {
    body: {
      code: string
      password: string
    }
    answer: undefined
  }
  /** Give a member a code for a new password. */
  offerPasswordReset: {
    path: { accountId: string }
    body?: {

    } | null
    answer: {
      code: string | null
      expiresAt: string | null
    }
  }
  /** Give the holder of an account a code for a new password. */
  offerAccountPasswordReset: {
    path: { accountId: string }
    body?: {

    } | null
    answer: {
      code: string | null
      expiresAt: string | null
    }
  }
  /** List service accounts. */
  listServiceAccounts: {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (Member)[]
      nextCursor: string | null
    }
  }
  /** Make a service account. */
  createServiceAccount: {
    body: {
      name: string
      role: "member" | "viewer" | "auditor"
    }
    answer: Member
  }
  /** Rename a service account, or give it another role. */
  changeServiceAccount: {
    path: { accountId: string }
    body: {
      name?: string
      role?: "member" | "viewer" | "auditor"
    }
    answer: Member
  }
  /** Remove a service account. */
  removeServiceAccount: {
    path: { accountId: string }
    answer: undefined
  }
  /** Keep a service account out. */
  disableServiceAccount: {
    path: { accountId: string }
    body?: {

    } | null
    answer: Member
  }
  /** Let a service account in again. */
  enableServiceAccount: {
    path: { accountId: string }
    body?: {

    } | null
    answer: Member
  }
  /** List API keys. */
  listApiKeys: {
    query?: { limit?: number; cursor?: string; expiring?: string }
    answer: {
      items: (ApiKey)[]
      nextCursor: string | null
    }
  }
  /** Make an API key. */
  createApiKey: {
    body: {
      name: string
      scopes: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "policy:read" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
      expiresInDays?: number | null
      accountId?: string
    }
    answer: {
      id: string
      accountId: string
      accountName: string
      name: string
      prefix: string
      scopes: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "policy:read" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
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
  /** Rename an API key, or take scopes from it. */
  changeApiKey: {
    path: { id: string }
    body: {
      name?: string
      scopes?: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "policy:read" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
    }
    answer: ApiKey
  }
  /** Revoke an API key. */
  revokeApiKey: {
    path: { id: string }
    answer: undefined
  }
  /** Replace an API key, with an overlap. */
  rotateApiKey: {
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
      scopes: ("member:read" | "identity-provider:read" | "system:read" | "system:write" | "observation:write" | "digest-key:read" | "telemetry:read" | "telemetry:write" | "change:read" | "change:write" | "evaluation:read" | "evaluation:write" | "assessment:read" | "assessment:write" | "decision:read" | "decision:write" | "policy:read" | "record:read" | "log:read" | "audit:read" | "audit-stream:read")[]
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
  /** List the tenants of the instance. */
  listTenants: {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (OperatedTenant)[]
      nextCursor: string | null
    }
  }
  /** Make a tenant. */
  createTenant: {
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
  /** Keep everybody out of a tenant. */
  suspendTenant: {
    path: { id: string }
    body?: {

    } | null
    answer: undefined
  }
  /** Let its people into a tenant again. */
  resumeTenant: {
    path: { id: string }
    body?: {

    } | null
    answer: undefined
  }
  /** Keep an account out of all tenants. */
  disableAccount: {
    path: { accountId: string }
    body?: {

    } | null
    answer: undefined
  }
  /** Let an account in again. */
  enableAccount: {
    path: { accountId: string }
    body?: {

    } | null
    answer: undefined
  }
  /** List identity providers. */
  listIdentityProviders: {
    answer: {
      items: (IdentityProvider)[]
      nextCursor: string | null
    }
  }
  /** Add an identity provider (OpenID Connect). */
  createIdentityProvider: {
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
  /** Read an identity provider. */
  getIdentityProvider: {
    path: { id: string }
    answer: IdentityProvider
  }
  /** Change an identity provider. */
  updateIdentityProvider: {
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
  /** Remove an identity provider. */
  removeIdentityProvider: {
    path: { id: string }
    answer: undefined
  }
  /** Ask an identity provider for its description. */
  testIdentityProvider: {
    path: { id: string }
    body?: {

    } | null
    answer: {
      issuer: string
      authorizationEndpoint: string
      signingAlgorithms: (string)[]
      namesIssuer: boolean
      signsOut: boolean
    }
  }
  /** List who the subjects of a provider are here. */
  listFederatedIdentities: {
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
  /** Say who a subject of a provider is here. */
  linkFederatedIdentity: {
    path: { id: string }
    body: {
      subject: string
      accountId: string
    }
    answer: undefined
  }
  /** List the admins who may sign in without the provider. */
  listBreakGlassAccounts: {
    answer: {
      items: ({
        accountId: string
        name: string
        email: string | null
      })[]
      nextCursor: string | null
    }
  }
  /** Let an admin sign in without the provider. */
  grantBreakGlass: {
    path: { accountId: string }
    body?: {

    } | null
    answer: {
      accountId: string
      name: string
      email: string | null
    }
  }
  /** Let an admin no longer sign in without the provider. */
  revokeBreakGlass: {
    path: { accountId: string }
    body?: {

    } | null
    answer: {
      accountId: string
      name: string
      email: string | null
    }
  }
  /** Read how the people of a tenant sign in. */
  getSignInOptions: {
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
  /** Read where a browser signs out of its identity provider. */
  getProviderSignOut: {
    answer: {
      location: string | null
    }
  }
  /** Begin to sign a command line in. */
  requestDeviceSignIn: {
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
  /** Ask whether a command line is signed in. */
  pollDeviceSignIn: {
    body: {
      deviceCode: string
    }
    answer: Session
  }
  /** Read who asks, before approving. */
  lookUpDevice: {
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
  /** Approve or deny a command line. */
  decideDevice: {
    body: {
      userCode: string
      verdict: "approve" | "deny"
    }
    answer: {
      verdict: "approve" | "deny"
      clientLabel: string
    }
  }
  /** Read the public keys that records and the log are verified with. */
  getLogKeys: {
    answer: LogKeys
  }
  /** Have the server verify its log. */
  auditLog: {
    query?: { position?: string; end?: number; entries?: "true" | "false" }
    answer: Uint8Array
  }
  /** Read the newest signed checkpoint. */
  getCheckpoint: {
    answer: string
  }
  /** Read a tile of the log. */
  getTile: {
    path: { tile: string }
    answer: Uint8Array
  }
  /** Prove that the log has only grown since an earlier size. */
  proveGrowth: {
    query: { from: number }
    answer: {
      checkpoint: string
      hashes: (string)[]
    }
  }
  /** Prove that the log holds an entry. */
  proveEntry: {
    path: { entryId: string }
    answer: {
      entry: string
      index: number
      tlogProof: string
    }
  }
  /** Search the audit trail. */
  listAuditEvents: {
    query?: { action?: string; actionPrefix?: string; outcome?: "allowed" | "denied" | "failed"; actorId?: string; resource?: string; credential?: string; requestId?: string; from?: string; to?: string; limit?: number; cursor?: string; order?: "newest" | "oldest" }
    answer: {
      items: (AuditEvent)[]
      nextCursor: string | null
    }
  }
  /** Read an event with its proof. */
  getAuditEvent: {
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
  /** Export an event for somebody outside to verify. */
  exportAuditEvent: {
    path: { id: string }
    answer: Uint8Array
  }
  /** Export the audit trail. */
  exportAuditEvents: {
    query?: { action?: string; actionPrefix?: string; outcome?: "allowed" | "denied" | "failed"; actorId?: string; resource?: string; credential?: string; requestId?: string; from?: string; to?: string; format?: "jsonl" | "csv" }
    answer: string
  }
  /** List the systems. */
  listSystems: {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (System)[]
      nextCursor: string | null
    }
  }
  /** Register a system. */
  createSystem: {
    body: {
      name: string
      title?: string
      owner?: string
    }
    answer: System
  }
  /** Read a system. */
  getSystem: {
    path: { name: string }
    answer: System
  }
  /** Tell what systems run with. */
  observe: {
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
  /** Read a configuration by its fingerprint. */
  getConfiguration: {
    path: { fingerprint: string }
    answer: {
      fingerprint: string
      configuration: Configuration
      firstSeenAt: string
    }
  }
  /** Read the key that prompts and tools are digested under. */
  getDigestKey: {
    answer: {
      keyId: string
      key: string
      algorithm: "hmac-sha256"
    }
  }
  /** Read what people say of a system: its card. */
  getSystemCard: {
    path: { name: string }
    query?: { at?: string; version?: number }
    answer: SystemCard
  }
  /** Say what a system is for, who owns it, and what it is under. */
  setSystemCard: {
    path: { name: string }
    body: {
      purpose?: string | null
      owner?: {
        kind: "person"
        accountId: string
      } | {
        kind: "team"
        name: string
      } | null
      roles?: ("provider" | "deployer")[]
      riskClass?: string | null
      regimes?: (string)[]
      dataClass?: string | null
      vendor?: string | null
      basedOn?: number
    }
    answer: SystemCard
  }
  /** List changes, newest first. */
  listChanges: {
    query?: { limit?: number; cursor?: string; status?: "pending" | "confirmed" | "dismissed"; system?: string }
    answer: {
      items: (Change)[]
      nextCursor: string | null
    }
  }
  /** Record a change that people or a pipeline make. */
  recordChange: {
    body: {
      system: string
      makeSystem?: boolean
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
  /** Read a change. */
  getChange: {
    path: { id: string }
    answer: Change
  }
  /** Confirm that a change is one. */
  confirmChange: {
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
  /** Dismiss a change. */
  dismissChange: {
    path: { id: string }
    body: {
      reason: string
    }
    answer: Change
  }
  /** Say that a change without a configuration runs now. */
  noteImplemented: {
    path: { id: string }
    body: {
      revision?: string
      at?: string
    }
    answer: Change
  }
  /** Say that a change does not run any more. */
  noteEnded: {
    path: { id: string }
    body: {
      at?: string
    }
    answer: Change
  }
  /** Say how risky a change is. */
  setChangeRisk: {
    path: { id: string }
    body: {
      severity: "low" | "medium" | "high" | "critical"
      blastRadius?: "single_route" | "single_app" | "portfolio" | "unknown"
      customerImpact?: "none" | "minor" | "material" | "unknown"
    }
    answer: Change
  }
  /** Read what was said of a change in the words of regulators. */
  listDeterminations: {
    path: { id: string }
    answer: Determinations
  }
  /** Say whether a change is substantial, pre-determined, or neither. */
  determineChange: {
    path: { id: string }
    body: {
      determination: "substantial" | "pre_determined" | "neither"
      reason: string
    }
    answer: Determinations
  }
  /** Send a batch of an SDK’s events. */
  sendTelemetry: {
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
  /** Take OpenTelemetry traces. */
  sendTraces: {
    body: string | Uint8Array | Blob
    answer: unknown
  }
  /** Take OpenTelemetry metrics. */
  sendMetrics: {
    body: string | Uint8Array | Blob
    answer: unknown
  }
  /** Take OpenTelemetry log records. */
  sendLogs: {
    body: string | Uint8Array | Blob
    answer: unknown
  }
  /** List the processes that send batches, and what they lost. */
  listTelemetryClients: {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (TelemetryClient)[]
      nextCursor: string | null
    }
  }
  /** Read what the hours of a system brought. */
  listTelemetryWindows: {
    query: { limit?: number; cursor?: string; system: string; environment?: string; since?: string }
    answer: {
      items: (TelemetryWindow)[]
      nextCursor: string | null
    }
  }
  /** Read measures of an environment over time, and the changes that began to run meanwhile. */
  getTelemetrySeries: {
    query: { system: string; environment: string; measures?: string; from: string; to: string }
    answer: TelemetrySeries
  }
  /** List the models asked for, and what was served. */
  listServedModels: {
    query?: { limit?: number; cursor?: string; system?: string }
    answer: {
      items: (ServedModel)[]
      nextCursor: string | null
    }
  }
  /** List what was dropped at the edge, by door and name. */
  listDroppedTelemetry: {
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
  /** List imported evaluations. */
  listEvaluations: {
    query?: { limit?: number; cursor?: string; system?: string }
    answer: {
      items: (Evaluation)[]
      nextCursor: string | null
    }
  }
  /** Import the results of an evaluation run. */
  importEvaluation: {
    query?: { format?: "csv" | "jsonl" | "json" | "promptfoo" | "inspect" | "lm-eval" | "deepeval" | "openai-evals" | "every-eval-ever" | "langsmith" | "langfuse" | "braintrust" | "ragas" | "junit"; system?: string; label?: string; mapping?: string; where?: string; decimal?: "point" | "comma"; missing?: string; provider?: string; prompt?: string; caseIdVariable?: string; sliceVariable?: string; clusterVariable?: string }
    body: string | Uint8Array | Blob
    answer: Evaluation
  }
  /** Read an imported evaluation. */
  getEvaluation: {
    path: { id: string }
    answer: Evaluation
  }
  /** List the assessments in which an evaluation served. */
  listEvaluationUses: {
    path: { id: string }
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (EvaluationUse)[]
      nextCursor: string | null
    }
  }
  /** Ask how far the cases of an evaluation reach. */
  getEvaluationPower: {
    path: { id: string }
    query?: { plan?: string }
    answer: PowerAdvice
  }
  /** See what an import would make of a file. */
  previewEvaluation: {
    query?: { format?: "csv" | "jsonl" | "json" | "promptfoo" | "inspect" | "lm-eval" | "deepeval" | "openai-evals" | "every-eval-ever" | "langsmith" | "langfuse" | "braintrust" | "ragas" | "junit"; mapping?: string; where?: string; decimal?: "point" | "comma"; missing?: string; provider?: string; prompt?: string; caseIdVariable?: string; sliceVariable?: string; clusterVariable?: string }
    body: string | Uint8Array | Blob
    answer: ImportPreview
  }
  /** Seal what results of a change will be held to. */
  sealPlan: {
    path: { id: string }
    body: {
      plan: {
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
      datasets: (string)[]
      minCases: number
      attempts?: number
    }
    answer: EvaluationPlan
  }
  /** List the plans of a change, and the attempts under them. */
  listPlans: {
    path: { id: string }
    answer: {
      items: (EvaluationPlan)[]
      attempts: {
        count: number
        notAssessed: number
        otherCases: number
        otherSystems: number
        items: ({
          evaluationId: string
          label: string | null
          importedAt: string
          ranAt: string | null
          planId: string | null
          cases: "all" | "some" | "unknown" | "others"
          role: "candidate" | "baseline" | "other"
          isAgain: boolean
          repeats: string | null
          verdicts: ({
            assessmentId: string
            changeId: string
            verdict: string
          })[]
        })[]
      }
    }
  }
  /** Compare two evaluations for a change. */
  assessChange: {
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
  /** List the assessments of a change. */
  listAssessments: {
    path: { id: string }
    answer: {
      items: (Assessment)[]
      nextCursor: string | null
    }
  }
  /** Read an assessment. */
  getAssessment: {
    path: { id: string }
    answer: Assessment
  }
  /** List the cases that an assessment counts as lost or gained. */
  listAssessmentCases: {
    path: { id: string }
    query: { limit?: number; cursor?: string; metric: string; change: "lost" | "gained"; slice?: string }
    answer: AssessmentCases
  }
  /** List the rules by which changes are decided. */
  listPolicies: {
    query?: { system?: string; environment?: string; at?: string }
    answer: {
      items: (Policy)[]
    }
  }
  /** Set the rules of the tenant, an environment, a system, or one environment of it. */
  setPolicy: {
    body: {
      system?: string
      environment?: string
      rules: ({
        changeTypes?: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
        changeClasses?: ("standard" | "normal" | "emergency")[]
        severities?: ("low" | "medium" | "high" | "critical")[]
        decision: "never" | "after" | "before"
        withinHours?: number
        assessment?: "wanted" | "needed" | "planned"
        validDays?: number
        approvals?: {
          ruleType?: "single_approver" | "majority_approval" | "unanimous_approval" | "custom"
          quorum?: number
          roles?: ("admin" | "approver")[]
          people?: (string)[]
          allowSelfApproval?: boolean
          requesterMayApprove?: boolean
          implementerMayApprove?: boolean
        }
        emergency?: {
          roles?: ("admin" | "approver" | "member")[]
          withinHours?: number
        }
      })[]
      reason: string
      basedOn?: number
    }
    answer: PolicySet
  }
  /** Ask what of rules nobody could follow, before they are set. */
  checkPolicy: {
    body: {
      rules: ({
        changeTypes?: ("model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other")[]
        changeClasses?: ("standard" | "normal" | "emergency")[]
        severities?: ("low" | "medium" | "high" | "critical")[]
        decision: "never" | "after" | "before"
        withinHours?: number
        assessment?: "wanted" | "needed" | "planned"
        validDays?: number
        approvals?: {
          ruleType?: "single_approver" | "majority_approval" | "unanimous_approval" | "custom"
          quorum?: number
          roles?: ("admin" | "approver")[]
          people?: (string)[]
          allowSelfApproval?: boolean
          requesterMayApprove?: boolean
          implementerMayApprove?: boolean
        }
        emergency?: {
          roles?: ("admin" | "approver" | "member")[]
          withinHours?: number
        }
      })[]
    }
    answer: PolicyCheck
  }
  /** List who approves in the place of whom. */
  listDelegations: {
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (Delegation)[]
      nextCursor: string | null
    }
  }
  /** Have another person approve in one’s place, for a time. */
  delegateApprovals: {
    body: {
      to: string
      until: string
      reason: string
    }
    answer: Delegation
  }
  /** End a delegation before its time. */
  endDelegation: {
    path: { id: string }
    body?: {

    } | null
    answer: Delegation
  }
  /** Propose to act on a change, or not to. */
  proposeDecision: {
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
      checks?: ({
        metric: "error_rate" | "refusal_rate" | "disagreed_rate" | "cost_per_request_usd" | "latency_mean_ms" | "latency_p95_ms" | "input_tokens_mean" | "output_tokens_mean"
        comparison: "at_most" | "at_least"
        bound: number
        of?: "value" | "before"
        windowHours?: number
        minCalls?: number
      })[]
      reviewBy?: string
      assessmentIds?: (string)[]
      supersedes?: string
    }
    answer: Decision
  }
  /** List the decisions on a change. */
  listDecisionsOfChange: {
    path: { id: string }
    query?: { limit?: number; cursor?: string }
    answer: {
      items: (Decision)[]
      nextCursor: string | null
    }
  }
  /** List decisions, newest first. */
  listDecisions: {
    query?: { limit?: number; cursor?: string; status?: "proposed" | "approved" | "rejected"; awaiting?: "me"; reviewBefore?: string; system?: string }
    answer: {
      items: (Decision)[]
      nextCursor: string | null
    }
  }
  /** Read a decision. */
  getDecision: {
    path: { id: string }
    answer: Decision
  }
  /** Approve or reject a decision. */
  approveDecision: {
    path: { id: string }
    body: {
      verdict: "approve" | "reject"
      evidenceDigest: string
      comment?: string
    }
    answer: Decision
  }
  /** List sealed records, newest first. */
  listRecords: {
    query?: { limit?: number; cursor?: string; system?: string; decision?: "act" | "not_act"; verdict?: "material_regression" | "regression" | "withheld" | "minor_regression" | "inconclusive" | "non_inferior" | "improved" | "none"; from?: string; to?: string; q?: string }
    answer: {
      items: (Record)[]
      nextCursor: string | null
    }
  }
  /** Read a record with what it seals. */
  getRecord: {
    path: { id: string }
    answer: {
      id: string
      changeId: string
      decisionId: string
      system: string
      environment: string
      title: string
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
  /** Read a record as one document. */
  getRecordDocument: {
    path: { id: string }
    answer: RecordDocument
  }
  /** Export a record for somebody outside to verify. */
  exportRecord: {
    path: { id: string }
    query?: { withhold?: string }
    answer: Uint8Array
  }
  /** Tell whether what runs may run. */
  listStandings: {
    query?: { system?: string; environment?: string; at?: string; limit?: number }
    answer: Standings
  }
  /** List what ran, and who decided. */
  getHistory: {
    path: { name: string }
    query?: { limit?: number; cursor?: string; environment?: string; at?: string; from?: string; to?: string }
    answer: {
      items: (Run)[]
      nextCursor: string | null
    }
  }
  /** List who could approve a change, now or at an instant. */
  listApprovers: {
    path: { name: string }
    query?: { environment?: string; at?: string }
    answer: Approvers
  }
  /** Accept what runs, where no change led to it. */
  acceptBaseline: {
    path: { name: string; environment: string }
    body: {
      fingerprint: string
      reason: string
    }
    answer: AcceptedBaseline
  }
  /** Compare two configurations, or what ran at two instants. */
  compareConfigurations: {
    path: { name: string }
    body: {
      environment?: string
      before?: {
        environment?: string
        at?: string
        fingerprint?: string
        configuration?: ConfigurationInput
      }
      after?: {
        environment?: string
        at?: string
        fingerprint?: string
        configuration?: ConfigurationInput
      }
    }
    answer: Comparison
  }
  /** Ask whether a configuration may be deployed. */
  askGate: {
    body: {
      system: string
      environment?: string
      configuration: ConfigurationInput
    }
    answer: Gate
  }
  /** Have an open gate signed, for use without the server. */
  summariseGate: {
    body: {
      system: string
      environment?: string
      configuration: ConfigurationInput
      validHours?: number
    }
    answer: GateSummary
  }
  /** List the envelopes of standard changes, newest first. */
  listEnvelopes: {
    answer: {
      items: (Envelope)[]
    }
  }
  /** Propose which standard changes need no decision of their own. */
  proposeEnvelope: {
    body: {
      environments: (string)[]
      clauses: ({
        path: string
        oneOf?: (string | number | boolean)[]
        min?: number
        max?: number
      })[]
      evidence?: "none" | "not_worse"
      until: string
      title: string
      system?: string
    }
    answer: Envelope
  }
  /** Approve an envelope that another person proposed. */
  approveEnvelope: {
    path: { id: string }
    body?: {

    } | null
    answer: Envelope
  }
  /** End an envelope. */
  revokeEnvelope: {
    path: { id: string }
    body?: {

    } | null
    answer: Envelope
  }
  /** Say that a condition of a record is met, or broken. */
  noteFinding: {
    path: { id: string }
    body: {
      condition: string
      outcome: "met" | "broken"
      note: string
    }
    answer: ConditionFinding
  }
  /** Tell where a change stands, and what it waits for. */
  getLife: {
    path: { id: string }
    answer: Life
  }
  /** Merge a pending change into another that tells of the same thing. */
  mergeChange: {
    path: { id: string }
    body: {
      into: string
      reason: string
    }
    answer: Change
  }
  /** Declare that a change has to run before it can be decided. */
  declareEmergency: {
    path: { id: string }
    body: {
      reason: string
    }
    answer: Life
  }
  /** Say whether what runs does what it was decided for. */
  verifyChange: {
    path: { id: string }
    body: {
      outcome?: "verified" | "failed"
      evidence: string
      assessmentId?: string
    }
    answer: Life
  }
  /** End the life of a change. */
  closeChange: {
    path: { id: string }
    body: {
      code: "successful" | "successful_issues" | "unsuccessful" | "cancelled"
      notes?: string
    }
    answer: Life
  }
  /** List changes in rows, with how far each has come. */
  listChangeRows: {
    query?: { limit?: number; cursor?: string; system?: string; environment?: string; type?: "model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other"; verdict?: "material_regression" | "regression" | "withheld" | "minor_regression" | "inconclusive" | "non_inferior" | "improved" | "none"; severity?: "low" | "medium" | "high" | "critical"; class?: "standard" | "normal" | "emergency"; origin?: "manual" | "sdk" | "api" | "ci" | "otel" | "watchlist" | "signal" | "import"; author?: string; stage?: "planned" | "assessed" | "decided" | "running" | "reviewed" | "closed"; status?: "pending" | "confirmed" | "dismissed"; decision?: "undecided" | "proposed" | "act" | "not_act"; open?: string; emergency?: string; awaiting?: "me"; from?: string; to?: string; q?: string }
    answer: {
      items: (ChangeRow)[]
      nextCursor: string | null
    }
  }
  /** Count changes, by the same filters. */
  countChangeRows: {
    query?: { system?: string; environment?: string; type?: "model" | "prompt" | "inference" | "tools" | "retrieval" | "guardrails" | "post_processing" | "infra" | "data" | "eval" | "vendor_blackbox" | "other"; verdict?: "material_regression" | "regression" | "withheld" | "minor_regression" | "inconclusive" | "non_inferior" | "improved" | "none"; severity?: "low" | "medium" | "high" | "critical"; class?: "standard" | "normal" | "emergency"; origin?: "manual" | "sdk" | "api" | "ci" | "otel" | "watchlist" | "signal" | "import"; author?: string; stage?: "planned" | "assessed" | "decided" | "running" | "reviewed" | "closed"; status?: "pending" | "confirmed" | "dismissed"; decision?: "undecided" | "proposed" | "act" | "not_act"; open?: string; emergency?: string; awaiting?: "me"; from?: string; to?: string; q?: string }
    answer: ChangeCount
  }
  /** Read all of one change, for one page. */
  getDossier: {
    path: { id: string }
    answer: Dossier
  }
  /** List what waits for whoever asks. */
  getInbox: {
    answer: Inbox
  }
  /** List systems in rows, with whether what runs may run. */
  listSystemRows: {
    query?: { limit?: number; cursor?: string; q?: string }
    answer: {
      items: (SystemRow)[]
      nextCursor: string | null
    }
  }
  /** Find changes, systems, records and people. */
  search: {
    query: { q: string }
    answer: Found
  }
  /** List the streams of audit events, and how far they are. */
  listAuditStreams: {
    answer: {
      items: (AuditStream)[]
      nextCursor: string | null
    }
  }
  /** Send audit events somewhere. */
  createAuditStream: {
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
  /** Read a stream and how far it is. */
  getAuditStream: {
    path: { id: string }
    answer: AuditStream
  }
  /** Remove a stream. */
  removeAuditStream: {
    path: { id: string }
    answer: undefined
  }
  /** Pause a stream. */
  pauseAuditStream: {
    path: { id: string }
    body?: {

    } | null
    answer: AuditStream
  }
  /** Resume a paused stream. */
  resumeAuditStream: {
    path: { id: string }
    body?: {

    } | null
    answer: AuditStream
  }
  /** Send events again from an entry of the log on. */
  replayAuditStream: {
    path: { id: string }
    body: {
      fromIndex: number
    }
    answer: AuditStream
  }
  /** Remove the sample workspace. */
  removeSampleWorkspace: {
    answer: undefined
  }
  /** Follow what is changed in your tenant, as it happens. */
  streamEvents: {
    answer: string
  }
  /** Read how pages look to you. */
  getPreferences: {
    answer: Preferences
  }
  /** Say how pages look to you. */
  setPreferences: {
    body: PreferencesInput
    answer: Preferences
  }
  /** List the views that you keep, and those that are shared. */
  listViews: {
    answer: {
      items: (View)[]
      nextCursor: string | null
    }
  }
  /** Keep a view. */
  createView: {
    body: {
      name: string
      query: string
      columns: (string)[]
      density: "default" | "comfortable" | "compact"
      shared: boolean
    }
    answer: View
  }
  /** Change a view. */
  changeView: {
    path: { id: string }
    body: {
      name: string
      query: string
      columns: (string)[]
      density: "default" | "comfortable" | "compact"
      shared: boolean
    }
    answer: View
  }
  /** Remove a view. */
  removeView: {
    path: { id: string }
    answer: undefined
  }
  /** Read how the server does its work for your tenant. */
  getHealth: {
    answer: Health
  }
}

/** How an operation is asked: its method, its path, how its answer is read, and whether it takes an Idempotency-Key. */
export type OperationRoute = readonly [method: string, path: string, answer: 'json' | 'text' | 'bytes', keyed?: true]

/** How each operation is asked. */
export const operationRoutes: { readonly [Id in keyof Operations]: OperationRoute } = {
  getLiveness: ['GET', '/livez', 'json'],
  getReadiness: ['GET', '/readyz', 'json'],
  setUp: ['POST', '/v1/setup', 'json'],
  signIn: ['POST', '/v1/session', 'json'],
  signOut: ['DELETE', '/v1/session', 'json'],
  getSession: ['GET', '/v1/session', 'json'],
  refreshSession: ['POST', '/v1/session/refresh', 'json'],
  acceptInvitation: ['POST', '/v1/invitations/accept', 'json'],
  switchTenant: ['POST', '/v1/session/switch', 'json'],
  getMe: ['GET', '/v1/me', 'json'],
  completeSignIn: ['POST', '/v1/session/second-factor', 'json'],
  getSecondFactorPasskeyOptions: ['POST', '/v1/session/second-factor/passkey-options', 'json'],
  getSignInPasskeyOptions: ['POST', '/v1/session/passkey-options', 'json'],
  signInWithPasskey: ['POST', '/v1/session/passkey', 'json'],
  getStepUpPasskeyOptions: ['POST', '/v1/session/step-up/passkey-options', 'json'],
  stepUp: ['POST', '/v1/session/step-up', 'json'],
  listFactors: ['GET', '/v1/factors', 'json'],
  changePassword: ['PUT', '/v1/password', 'json'],
  addAuthenticator: ['POST', '/v1/factors/totp', 'json'],
  removeAuthenticator: ['DELETE', '/v1/factors/totp', 'json'],
  confirmAuthenticator: ['POST', '/v1/factors/totp/confirm', 'json'],
  renewRecoveryCodes: ['POST', '/v1/factors/recovery-codes', 'json'],
  getPasskeyOptions: ['POST', '/v1/passkeys/options', 'json'],
  addPasskey: ['POST', '/v1/passkeys', 'json'],
  renamePasskey: ['PUT', '/v1/passkeys/{id}', 'json'],
  removePasskey: ['DELETE', '/v1/passkeys/{id}', 'json'],
  listSessions: ['GET', '/v1/sessions', 'json'],
  endOtherSessions: ['DELETE', '/v1/sessions', 'json'],
  endSession: ['DELETE', '/v1/sessions/{id}', 'json'],
  listSessionsOfMember: ['GET', '/v1/members/{accountId}/sessions', 'json'],
  endSessionsOfMember: ['DELETE', '/v1/members/{accountId}/sessions', 'json'],
  listMembers: ['GET', '/v1/members', 'json'],
  getMember: ['GET', '/v1/members/{accountId}', 'json'],
  changeMemberRole: ['PUT', '/v1/members/{accountId}', 'json', true],
  removeMember: ['DELETE', '/v1/members/{accountId}', 'json', true],
  disableMember: ['POST', '/v1/members/{accountId}/disable', 'json', true],
  enableMember: ['POST', '/v1/members/{accountId}/enable', 'json', true],
  listInvitations: ['GET', '/v1/invitations', 'json'],
  inviteMember: ['POST', '/v1/invitations', 'json'],
  resendInvitation: ['POST', '/v1/invitations/{id}/resend', 'json'],
  revokeInvitation: ['DELETE', '/v1/invitations/{id}', 'json', true],
  requestPasswordReset: ['POST', '/v1/password-resets', 'json'],
  completePasswordReset: ['POST', '/v1/password-resets/complete', 'json'],
  offerPasswordReset: ['POST', '/v1/members/{accountId}/password-reset', 'json'],
  offerAccountPasswordReset: ['POST', '/v1/accounts/{accountId}/password-reset', 'json'],
  listServiceAccounts: ['GET', '/v1/service-accounts', 'json'],
  createServiceAccount: ['POST', '/v1/service-accounts', 'json', true],
  changeServiceAccount: ['PUT', '/v1/service-accounts/{accountId}', 'json', true],
  removeServiceAccount: ['DELETE', '/v1/service-accounts/{accountId}', 'json', true],
  disableServiceAccount: ['POST', '/v1/service-accounts/{accountId}/disable', 'json', true],
  enableServiceAccount: ['POST', '/v1/service-accounts/{accountId}/enable', 'json', true],
  listApiKeys: ['GET', '/v1/api-keys', 'json'],
  createApiKey: ['POST', '/v1/api-keys', 'json'],
  changeApiKey: ['PUT', '/v1/api-keys/{id}', 'json', true],
  revokeApiKey: ['DELETE', '/v1/api-keys/{id}', 'json', true],
  rotateApiKey: ['POST', '/v1/api-keys/{id}/rotate', 'json'],
  listTenants: ['GET', '/v1/tenants', 'json'],
  createTenant: ['POST', '/v1/tenants', 'json'],
  suspendTenant: ['POST', '/v1/tenants/{id}/suspend', 'json', true],
  resumeTenant: ['POST', '/v1/tenants/{id}/resume', 'json', true],
  disableAccount: ['POST', '/v1/accounts/{accountId}/disable', 'json', true],
  enableAccount: ['POST', '/v1/accounts/{accountId}/enable', 'json', true],
  listIdentityProviders: ['GET', '/v1/identity-providers', 'json'],
  createIdentityProvider: ['POST', '/v1/identity-providers', 'json'],
  getIdentityProvider: ['GET', '/v1/identity-providers/{id}', 'json'],
  updateIdentityProvider: ['PUT', '/v1/identity-providers/{id}', 'json'],
  removeIdentityProvider: ['DELETE', '/v1/identity-providers/{id}', 'json'],
  testIdentityProvider: ['POST', '/v1/identity-providers/{id}/test', 'json'],
  listFederatedIdentities: ['GET', '/v1/identity-providers/{id}/identities', 'json'],
  linkFederatedIdentity: ['POST', '/v1/identity-providers/{id}/identities', 'json'],
  listBreakGlassAccounts: ['GET', '/v1/break-glass-accounts', 'json'],
  grantBreakGlass: ['PUT', '/v1/break-glass-accounts/{accountId}', 'json'],
  revokeBreakGlass: ['DELETE', '/v1/break-glass-accounts/{accountId}', 'json'],
  getSignInOptions: ['GET', '/v1/sign-in-options', 'json'],
  getProviderSignOut: ['GET', '/v1/session/provider-sign-out', 'json'],
  requestDeviceSignIn: ['POST', '/v1/device-authorizations', 'json'],
  pollDeviceSignIn: ['POST', '/v1/device-authorizations/token', 'json'],
  lookUpDevice: ['POST', '/v1/device-authorizations/lookup', 'json'],
  decideDevice: ['POST', '/v1/device-authorizations/decision', 'json'],
  getLogKeys: ['GET', '/v1/log/keys', 'json'],
  auditLog: ['GET', '/v1/log/audit', 'bytes'],
  getCheckpoint: ['GET', '/v1/log/checkpoint', 'text'],
  getTile: ['GET', '/v1/log/tile/{+tile}', 'bytes'],
  proveGrowth: ['GET', '/v1/log/proof', 'json'],
  proveEntry: ['GET', '/v1/log/proof/{entryId}', 'json'],
  listAuditEvents: ['GET', '/v1/audit-events', 'json'],
  getAuditEvent: ['GET', '/v1/audit-events/{id}', 'json'],
  exportAuditEvent: ['GET', '/v1/audit-events/{id}/bundle', 'bytes'],
  exportAuditEvents: ['GET', '/v1/audit-events/export', 'text'],
  listSystems: ['GET', '/v1/systems', 'json'],
  createSystem: ['POST', '/v1/systems', 'json', true],
  getSystem: ['GET', '/v1/systems/{name}', 'json'],
  observe: ['POST', '/v1/observations', 'json', true],
  getConfiguration: ['GET', '/v1/configurations/{fingerprint}', 'json'],
  getDigestKey: ['GET', '/v1/digest-key', 'json'],
  getSystemCard: ['GET', '/v1/systems/{name}/card', 'json'],
  setSystemCard: ['PUT', '/v1/systems/{name}/card', 'json', true],
  listChanges: ['GET', '/v1/changes', 'json'],
  recordChange: ['POST', '/v1/changes', 'json', true],
  getChange: ['GET', '/v1/changes/{id}', 'json'],
  confirmChange: ['POST', '/v1/changes/{id}/confirm', 'json', true],
  dismissChange: ['POST', '/v1/changes/{id}/dismiss', 'json', true],
  noteImplemented: ['POST', '/v1/changes/{id}/implementation', 'json', true],
  noteEnded: ['POST', '/v1/changes/{id}/end', 'json', true],
  setChangeRisk: ['PUT', '/v1/changes/{id}/risk', 'json', true],
  listDeterminations: ['GET', '/v1/changes/{id}/determinations', 'json'],
  determineChange: ['POST', '/v1/changes/{id}/determinations', 'json', true],
  sendTelemetry: ['POST', '/v1/telemetry', 'json'],
  sendTraces: ['POST', '/v1/traces', 'json', true],
  sendMetrics: ['POST', '/v1/metrics', 'json', true],
  sendLogs: ['POST', '/v1/logs', 'json', true],
  listTelemetryClients: ['GET', '/v1/telemetry/clients', 'json'],
  listTelemetryWindows: ['GET', '/v1/telemetry/windows', 'json'],
  getTelemetrySeries: ['GET', '/v1/telemetry/series', 'json'],
  listServedModels: ['GET', '/v1/telemetry/served-models', 'json'],
  listDroppedTelemetry: ['GET', '/v1/telemetry/dropped', 'json'],
  listEvaluations: ['GET', '/v1/evaluations', 'json'],
  importEvaluation: ['POST', '/v1/evaluations', 'json', true],
  getEvaluation: ['GET', '/v1/evaluations/{id}', 'json'],
  listEvaluationUses: ['GET', '/v1/evaluations/{id}/assessments', 'json'],
  getEvaluationPower: ['GET', '/v1/evaluations/{id}/power', 'json'],
  previewEvaluation: ['POST', '/v1/evaluations/preview', 'json'],
  sealPlan: ['POST', '/v1/changes/{id}/plans', 'json', true],
  listPlans: ['GET', '/v1/changes/{id}/plans', 'json'],
  assessChange: ['POST', '/v1/changes/{id}/assessments', 'json', true],
  listAssessments: ['GET', '/v1/changes/{id}/assessments', 'json'],
  getAssessment: ['GET', '/v1/assessments/{id}', 'json'],
  listAssessmentCases: ['GET', '/v1/assessments/{id}/cases', 'json'],
  listPolicies: ['GET', '/v1/policies', 'json'],
  setPolicy: ['POST', '/v1/policies', 'json', true],
  checkPolicy: ['POST', '/v1/policies/check', 'json'],
  listDelegations: ['GET', '/v1/delegations', 'json'],
  delegateApprovals: ['POST', '/v1/delegations', 'json', true],
  endDelegation: ['POST', '/v1/delegations/{id}/end', 'json', true],
  proposeDecision: ['POST', '/v1/changes/{id}/decisions', 'json', true],
  listDecisionsOfChange: ['GET', '/v1/changes/{id}/decisions', 'json'],
  listDecisions: ['GET', '/v1/decisions', 'json'],
  getDecision: ['GET', '/v1/decisions/{id}', 'json'],
  approveDecision: ['POST', '/v1/decisions/{id}/approvals', 'json', true],
  listRecords: ['GET', '/v1/records', 'json'],
  getRecord: ['GET', '/v1/records/{id}', 'json'],
  getRecordDocument: ['GET', '/v1/records/{id}/document', 'json'],
  exportRecord: ['GET', '/v1/records/{id}/bundle', 'bytes'],
  listStandings: ['GET', '/v1/standings', 'json'],
  getHistory: ['GET', '/v1/systems/{name}/history', 'json'],
  listApprovers: ['GET', '/v1/systems/{name}/approvers', 'json'],
  acceptBaseline: ['POST', '/v1/systems/{name}/environments/{environment}/baseline', 'json', true],
  compareConfigurations: ['POST', '/v1/systems/{name}/comparison', 'json'],
  askGate: ['POST', '/v1/gate', 'json'],
  summariseGate: ['POST', '/v1/gate/summaries', 'json', true],
  listEnvelopes: ['GET', '/v1/envelopes', 'json'],
  proposeEnvelope: ['POST', '/v1/envelopes', 'json', true],
  approveEnvelope: ['POST', '/v1/envelopes/{id}/approval', 'json', true],
  revokeEnvelope: ['POST', '/v1/envelopes/{id}/revocation', 'json', true],
  noteFinding: ['POST', '/v1/records/{id}/findings', 'json', true],
  getLife: ['GET', '/v1/changes/{id}/life', 'json'],
  mergeChange: ['POST', '/v1/changes/{id}/merge', 'json', true],
  declareEmergency: ['POST', '/v1/changes/{id}/emergency', 'json', true],
  verifyChange: ['POST', '/v1/changes/{id}/verification', 'json', true],
  closeChange: ['POST', '/v1/changes/{id}/closure', 'json', true],
  listChangeRows: ['GET', '/v1/change-rows', 'json'],
  countChangeRows: ['GET', '/v1/change-rows/count', 'json'],
  getDossier: ['GET', '/v1/changes/{id}/dossier', 'json'],
  getInbox: ['GET', '/v1/inbox', 'json'],
  listSystemRows: ['GET', '/v1/system-rows', 'json'],
  search: ['GET', '/v1/search', 'json'],
  listAuditStreams: ['GET', '/v1/audit-streams', 'json'],
  createAuditStream: ['POST', '/v1/audit-streams', 'json'],
  getAuditStream: ['GET', '/v1/audit-streams/{id}', 'json'],
  removeAuditStream: ['DELETE', '/v1/audit-streams/{id}', 'json'],
  pauseAuditStream: ['POST', '/v1/audit-streams/{id}/pause', 'json'],
  resumeAuditStream: ['POST', '/v1/audit-streams/{id}/resume', 'json'],
  replayAuditStream: ['POST', '/v1/audit-streams/{id}/replay', 'json'],
  removeSampleWorkspace: ['DELETE', '/v1/sample-workspace', 'json'],
  streamEvents: ['GET', '/v1/events', 'text'],
  getPreferences: ['GET', '/v1/me/preferences', 'json'],
  setPreferences: ['PUT', '/v1/me/preferences', 'json'],
  listViews: ['GET', '/v1/views', 'json'],
  createView: ['POST', '/v1/views', 'json', true],
  changeView: ['PUT', '/v1/views/{id}', 'json'],
  removeView: ['DELETE', '/v1/views/{id}', 'json'],
  getHealth: ['GET', '/v1/health', 'json'],
}
