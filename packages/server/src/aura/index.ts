export {
  type AssessmentFacts,
  assessmentsIn,
  listAssessments,
  readAssessmentDigests,
  selectAssessments,
} from './assessment-service.ts'
export { assessmentRoutes, evaluationRoutes } from './aura-routes.ts'
export { readEvaluations } from './evaluation-service.ts'
