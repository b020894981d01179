export { type Actor, type Audit, type AuditEvent, createAudit } from './audit.ts'
export { statementOf } from './event-statement.ts'
export { emailThen, nameThen } from './name-then.ts'
