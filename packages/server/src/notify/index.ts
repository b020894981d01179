export { mailLogAlarm } from './alarm-mail.ts'
export { createMailQueue } from './mail-store.ts'
export { createMailTransport, type MailSettings } from './mail-transport.ts'
export { type MailWorker, startMailWorker } from './mail-worker.ts'
