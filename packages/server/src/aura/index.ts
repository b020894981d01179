export { type AssessmentView, listAssessments, readAssessment } from './assessment-service.ts'
export { assessmentRoutes, type AuraDependencies, evaluationRoutes } from './aura-routes.ts'
export { readEvaluation } from './evaluation-service.ts'
