import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMailTransport } from '../../src/notify/mail-transport.ts'
import {
  type Certificate,
  type MailServer,
  mailUser,
  makeCertificate,
  startMailServer,
} from '../../testing/mail-server.ts'

let mails: MailServer
let certificate: Certificate

const urlTo = (port: number): string => `smtp://${mailUser.user}:${mailUser.password}@localhost:${port}`

beforeAll(async () => {
  certificate = await makeCertificate()
  mails = await startMailServer({ certificate })
})
afterAll(() => mails.stop())

describe('P3.3, ASVS 12.3.1: the way to the mail server', () => {
  const mail = { id: 'x', to: 'ada@acme.example', subject: 's', text: 't' }
  const from = 'afterai@acme.example'

  test('is encrypted or not taken: a server without STARTTLS gets neither password nor mail', async () => {
    const logins: unknown[] = []
    const plain = await startMailServer({
      certificate,
      smtp: {
        disabledCommands: ['STARTTLS'],
        allowInsecureAuth: true,
        onAuth: (auth, _session, done) => {
          logins.push(auth)
          done(null, { user: 'x' })
        },
      },
    })
    const transport = createMailTransport({ url: urlTo(plain.port), from, ca: certificate.cert, tlsRequired: true })
    await expect(transport.send(mail)).rejects.toThrow(/TLS|STARTTLS/)
    expect([logins, plain.received]).toEqual([[], []])
    transport.close()
    await plain.stop()
  })

  test('needs no certificate to a server on this machine, which has often one of nobody', async () => {
    const local = await startMailServer({ certificate, smtp: { allowInsecureAuth: true } })
    const transport = createMailTransport({ url: urlTo(local.port), from })
    await transport.send(mail)
    expect(local.received).toMatchObject([{ recipients: [mail.to], secure: false }])
    transport.close()
    await local.stop()
  })

  test('leads to the server that was named: another certificate is refused', async () => {
    const before = mails.received.length
    const other = await makeCertificate()
    for (const ca of [undefined, other.cert]) {
      const transport = createMailTransport({ url: urlTo(mails.port), from, ca, tlsRequired: true })
      await expect(transport.send(mail)).rejects.toThrow(/certificate|self.signed/i)
      transport.close()
    }
    expect(mails.received).toHaveLength(before)
  })
})
