import type { FastifyReply } from 'fastify'
import { html, sendPage } from '../../platform/html-page.ts'
import { formatUserCode } from './device-codes.ts'
import type { DeviceRequest } from './device-service.ts'

/** Asks a person who has just signed in whether the command line that waits is theirs. */
export function confirmationPage(
  reply: FastifyReply,
  { code, asked, tenant }: { code: string; asked: DeviceRequest | undefined; tenant: string },
): FastifyReply {
  if (asked === undefined) {
    const body = html`<p>The code was used, has expired, or is another tenant’s. Begin again in the terminal.</p>`
    return sendPage(reply, { title: 'There is nothing to approve', body, status: 401 })
  }
  const body = html`<p>
      Somebody asks to work in your name in <strong>${tenant}</strong>. Approve it only if you began this yourself, a
      moment ago, and your terminal shows this code.
    </p>
    <dl>
      <dt>Code</dt>
      <dd>${formatUserCode(code)}</dd>
      <dt>Asked by</dt>
      <dd>${asked.clientLabel}</dd>
      <dt>From the address</dt>
      <dd>${asked.address}</dd>
      <dt>At</dt>
      <dd>${asked.requestedAt}</dd>
    </dl>
    <form method="post" action="/v1/device-authorizations/decision">
      <input type="hidden" name="userCode" value="${code}" /><button name="verdict" value="approve">Approve</button
      ><button name="verdict" value="deny">Deny</button>
    </form>`
  return sendPage(reply, { title: 'Sign in on another device?', body })
}

/** Tells what was decided. */
export function decidedPage(
  reply: FastifyReply,
  { verdict, clientLabel }: { verdict: string; clientLabel: string },
): FastifyReply {
  const title = verdict === 'approve' ? 'Approved' : 'Denied'
  return sendPage(reply, { title, body: html`<p>${clientLabel} was answered. You can close this window.</p>` })
}
