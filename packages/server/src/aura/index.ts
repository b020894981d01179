export { type AssessmentFacts, listAssessments, readAssessmentDigests } from './assessment-service.ts'
export { assessmentRoutes, evaluationRoutes } from './aura-routes.ts'
export { readEvaluation } from './evaluation-service.ts'
