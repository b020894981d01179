export { createMails, type InstanceMail } from './mails.ts'
