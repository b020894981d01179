export { type Actor, type Audit, type AuditEvent, createAudit, systemActor } from './audit.ts'
export { statementOf } from './event-statement.ts'
export { emailThen, nameThen } from './name-then.ts'
