export {
  type AssessmentFacts,
  assessmentsIn,
  assessmentViewsIn,
  listAssessments,
  readAssessmentDigests,
  selectAssessmentDigests,
  selectAssessments,
  selectNewestAssessments,
} from './assessment-service.ts'
export { createAura } from './aura.ts'
export { readEvaluations } from './evaluation-service.ts'
export { attemptsNow, plansIn, planViewsIn, selectPlans } from './plans/plan-service.ts'
