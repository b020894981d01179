import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

const run = promisify(execFile)

/** A certificate for this machine that no public authority knows. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Makes one, with OpenSSL. */
export async function makeCertificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-mail-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await run('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert])
  const made = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
  await rm(folder, { recursive: true })
  return made
}

/** A mail as it came over the wire. */
export interface ReceivedMail {
  readonly recipients: readonly string[]
  readonly raw: string
  readonly secure: boolean
  readonly user: string | undefined
}

/** A running mail server that wants STARTTLS and a password. */
export interface MailServer {
  readonly port: number
  readonly received: ReceivedMail[]
  stop(): Promise<void>
}

/** Options of a mail server, besides taking mails in. */
export interface MailServerOptions {
  readonly certificate: Certificate
  readonly port?: number
  /** A refusal of a recipient; undefined takes the mail. */
  readonly refuse?: (address: string) => { code: number; text: string } | undefined
  readonly smtp?: SMTPServerOptions
}

/** The user and password that it knows. */
export const mailUser = { user: 'afterai', password: 'cobalt-ferry-20' }

/** Starts one on 127.0.0.1. */
export async function startMailServer({ certificate, port = 0, refuse, smtp }: MailServerOptions): Promise<MailServer> {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    ...certificate,
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth({ username, password }, _session, done) {
      const right = username === mailUser.user && password === mailUser.password
      if (right) done(null, { user: username })
      else done(new Error('Invalid username or password'))
    },
    onRcptTo({ address }, _session, done) {
      const refusal = refuse?.(address)
      if (refusal === undefined) return done()
      // A mail server may say whatever it likes, the address included.
      done(Object.assign(new Error(`${refusal.text} <${address}>`), { responseCode: refusal.code }))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        received.push({
          recipients: session.envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
          secure: session.secure,
          user: session.user,
        })
        done()
      })
    },
    ...smtp,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** The one-time code that a mail carries. */
export function codeIn({ raw }: ReceivedMail): string {
  const [code] = /^ {4}([2-9A-Z]{5}(?:-[2-9A-Z]{5}){3})\r?$/m.exec(raw)?.slice(1) ?? []
  if (code === undefined) throw new Error(`no code in ${raw}`)
  return code
}
