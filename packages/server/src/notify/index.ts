export type { InstanceMail } from './mail-transport.ts'
export { createMails } from './mails.ts'
