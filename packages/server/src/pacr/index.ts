export { type OpenVote, readOpenVotes } from './open-votes.ts'
export { createPacr } from './pacr.ts'
