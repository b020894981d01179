export {
  type AssessmentFacts,
  assessmentsIn,
  listAssessments,
  readAssessmentDigests,
  selectAssessments,
} from './assessment-service.ts'
export { createAura } from './aura.ts'
export { readEvaluations } from './evaluation-service.ts'
export { attemptsNow, plansIn, selectPlans } from './plans/plan-service.ts'
