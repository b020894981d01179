export { type Delegator, selectDelegationsAt, selectDelegators } from './delegations.ts'
export { createPolicies } from './policy.ts'
export { policiesIn, selectPolicies } from './policy-service.ts'
export { defaultRules, firstRule, noChange, ruleFor, rulesIn } from './rules.ts'
