import { apiKeyOperations } from './api-key-operations.ts'
import { assessmentOperations } from './assessment-operations.ts'
import { auditOperations } from './audit-operations.ts'
import { changeOperations } from './change-operations.ts'
import { credentialOperations } from './credential-operations.ts'
import { decisionOperations } from './decision-operations.ts'
import { evaluationOperations } from './evaluation-operations.ts'
import { deviceOperations, federationOperations } from './federation-operations.ts'
import { instanceOperations } from './instance-operations.ts'
import { logOperations } from './log-operations.ts'
import { memberOperations, serviceAccountOperations } from './member-operations.ts'
import type { Operations } from './operation.ts'
import { recordOperations } from './record-operations.ts'
import { sessionOperations } from './session-operations.ts'
import { envelopeOperations, policyOperations } from './policy-operations.ts'
import { standingOperations } from './standing-operations.ts'
import { systemOperations } from './system-operations.ts'
import { viewOperations } from './view-operations.ts'
import { telemetryOperations } from './telemetry-operations.ts'
import { worklistOperations } from './worklist-operations.ts'

export { type Operation, type Operations, type OperationTag, operationTags } from './operation.ts'

/** Every route that the API's description shows: the name that clients call it by, and what is said of it beside its schemas. */
export const operations: Operations = {
  ...systemOperations,
  ...changeOperations,
  ...evaluationOperations,
  ...assessmentOperations,
  ...policyOperations,
  ...envelopeOperations,
  ...decisionOperations,
  ...recordOperations,
  ...standingOperations,
  ...worklistOperations,
  ...logOperations,
  ...telemetryOperations,
  ...auditOperations,
  ...sessionOperations,
  ...viewOperations,
  ...federationOperations,
  ...deviceOperations,
  ...credentialOperations,
  ...memberOperations,
  ...serviceAccountOperations,
  ...apiKeyOperations,
  ...instanceOperations,
}
