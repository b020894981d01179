import type { Transporter } from 'nodemailer'
import { isLoopback } from '../platform/configuration-kinds.ts'

/** How the instance reaches its mail server. */
export interface MailSettings {
  /** `smtps://` for TLS from the first byte, `smtp://` for STARTTLS. Holds a password: never for a log. */
  readonly url: string
  readonly from: string
  /** Certificate authority of the mail server, in PEM, where it isn't a public one. */
  readonly ca?: string | undefined
  /** Whether the way must be encrypted; left out, it must unless the server is on this machine. */
  readonly tlsRequired?: boolean
}

/** How mails leave an instance, and the address that they name. */
export type InstanceMail = MailSettings & { readonly publicUrl: string }

/** A mail of plain text. */
export interface PlainMail {
  /** Stays the same over attempts, so that a mail that came twice can be told. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** A way to hand mails to a mail server. `send` throws what `isPermanent` and `errorCodeOf` read. */
export interface MailTransport {
  send(mail: PlainMail): Promise<void>
  close(): void
}

/** Opens the way to the mail server: encrypted and to the right server, or not at all (ASVS 12.3.1). */
export function createMailTransport({ url, from, ca, tlsRequired }: MailSettings): MailTransport {
  const { hostname, port, protocol, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const encrypted = tlsRequired ?? !isLoopback(host)
  const options = {
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && encrypted,
    // A mail server on this machine often has a certificate of nobody; what doesn't leave the machine needs none.
    ignoreTLS: !secure && !encrypted && ca === undefined,
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  } as const
  let opened: Promise<Transporter> | undefined
  return {
    async send({ id, to, subject, text }) {
      // Loaded with the first mail: most instances send few, and none while they start.
      opened ??= import('nodemailer').then(({ createTransport }) => createTransport(options))
      const transport = await opened
      await transport.sendMail({
        messageId: `<${id}@${
          from
            .split('@')
            .at(-1)
            ?.replace(/[^A-Za-z0-9.-]/g, '') ?? 'afterai'
        }>`,
        from,
        // An address object: what stands in it can't become another recipient or another header.
        to: { name: '', address: to },
        subject: oneLine(subject),
        text,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      })
    },
    close: () => void opened?.then((transport) => transport.close()),
  }
}

/** A person's words as one line. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}

/** Whether another attempt is in vain: the mail server refused for good (RFC 5321 §4.2.1). A refused sign-in is mended by operators. */
export function isPermanent(error: unknown): boolean {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown }
  return typeof responseCode === 'number' && responseCode >= 500 && code !== 'EAUTH'
}

/** Finds the code of an attempt's error, without words of the mail server, which may repeat an address. */
export function errorCodeOf(error: unknown): string {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown }
  const found = typeof responseCode === 'number' ? String(responseCode) : code
  return typeof found === 'string' && /^\w{1,64}$/.test(found) ? found : 'unknown'
}
