import type { OneTimeMail } from '../identity/index.ts'
import { oneLine } from './mail-transport.ts'

/**
 * The words of a mail: plain text, no link that signs anybody in, nothing that tells when it is read. An invitation says the same
 * whether or not its address has an account, so that nobody who sees it leave learns which.
 */
export function writeMail(mail: OneTimeMail, publicUrl: string): { subject: string; text: string } {
  return mail.kind === 'invitation' ? invitation(mail, publicUrl) : passwordReset(mail, publicUrl)
}

function invitation(
  { tenantName, role, code, expiresAt }: Extract<OneTimeMail, { kind: 'invitation' }>,
  publicUrl: string,
): { subject: string; text: string } {
  const tenant = oneLine(tenantName)
  return {
    subject: `Invitation to ${tenant} on AfterAI`,
    text: `Hello,

you are invited to "${tenant}" on AfterAI at
${publicUrl}
as ${role === 'admin' || role === 'approver' || role === 'auditor' ? 'an' : 'a'} ${role}.

Your one-time code, good until ${inWords(expiresAt)}:

    ${code}

To accept, open this page, type the code and choose a password. If this e-mail
address has an account here already, give that account's password, and its second
factor:

    ${publicUrl}/invitation

In a terminal, run this instead:

    afterai login --url ${publicUrl} --invitation ${code} --name "Your Name"

If you forgot that password, ask for a new one first, then accept; this code stays
good meanwhile:

    ${publicUrl}/reset

or, in a terminal:

    afterai password forgot "Your E-Mail Address" --url ${publicUrl}

If you never had one because your company signs you in, or lost your second
factor, ask an operator of the server for a reset code.

If you did not expect this, do nothing: without the code nothing happens.
`,
  }
}

function passwordReset(
  { code, minutes }: Extract<OneTimeMail, { kind: 'password_reset' }>,
  publicUrl: string,
): { subject: string; text: string } {
  return {
    subject: 'Your AfterAI password',
    text: `Hello,

somebody, probably you, asked for a new password at
${publicUrl}

Your one-time code, good for ${minutes} minutes:

    ${code}

To choose a new password, open this page and type the code:

    ${publicUrl}/reset

In a terminal, run this instead:

    afterai password set --url ${publicUrl} --code ${code}

It ends all of your sessions; your second factor stays as it is. If it wasn't you,
do nothing: your password stays. Nobody of AfterAI ever asks for this code.
`,
  }
}

function inWords(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
