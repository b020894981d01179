export { decisionsIn, selectApprovalsOf, selectDecisionsOf } from './change-decisions.ts'
export { ruleOf } from './dossier.ts'
export { approvalRefusal, type OpenVote, readOpenVotes } from './open-votes.ts'
export { createPacr } from './pacr.ts'
