import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { commandLine, processesNaming } from '@afterai/testing'

/** A comment on an issue or a pull request, as GitHub tells it. */
export interface IssueComment {
  readonly id: number
  readonly issue: number
  readonly user: { readonly login: string; readonly type: 'User' | 'Bot' }
  readonly body: string
}

/** The status of a commit. */
export interface CommitStatus {
  readonly sha: string
  readonly state: string
  readonly context: string
  readonly description: string
}

/** How it answers: as documented, with an error, or not at all. */
export type Temper = 'well' | 'silent' | 403 | 500

/** A stand-in for GitHub's REST API, as far as comments and commit statuses go. Source: docs.github.com/rest, version 2022-11-28. */
export interface GithubServer {
  readonly origin: string
  readonly comments: readonly IssueComment[]
  readonly statuses: readonly CommitStatus[]
  /** Command lines in which the token was seen while it was asked. */
  readonly tokenInArguments: readonly string[]
  /** Writes a comment as somebody. */
  write(comment: Omit<IssueComment, 'id'>): void
  answer(temper: Temper): void
  stop(): Promise<void>
}

const repository = '/repos/acme/support-bot'

/** Starts it, for one token, which is that of a job, or of a person. */
export async function startGithub(token: string, owner = 'github-actions[bot]'): Promise<GithubServer> {
  const comments: IssueComment[] = []
  const statuses: CommitStatus[] = []
  const tokenInArguments: string[] = []
  let temper: Temper = 'well'
  const user = { login: owner, type: owner.endsWith('[bot]') ? ('Bot' as const) : ('User' as const) }
  const write = (comment: Omit<IssueComment, 'id'>): IssueComment => {
    const made = { id: comments.length + 1, ...comment }
    comments.push(made)
    return made
  }

  function route(method: string, url: URL, body: Record<string, unknown>): [status: number, answer: unknown] {
    const { pathname: path, searchParams } = url
    const issue = Number(/\/issues\/(\d+)\/comments$/.exec(path)?.[1])
    // The token of a job is one of an installation, which has no user.
    if (path === '/user') return user.type === 'Bot' ? [403, { message: 'Forbidden' }] : [200, user]
    if (!path.startsWith(repository)) return [404, { message: 'Not Found' }]
    if (method === 'GET' && issue > 0) {
      const size = Math.min(Number(searchParams.get('per_page') ?? 30), 100)
      const page = Number(searchParams.get('page') ?? 1)
      return [200, comments.filter((it) => it.issue === issue).slice((page - 1) * size, page * size)]
    }
    const text = body['body']
    if (typeof text === 'string' && (text === '' || text.length > 65_536)) return invalid
    if (method === 'POST' && issue > 0) return [201, write({ issue, user, body: String(text) })]
    const edited = Number(/\/issues\/comments\/(\d+)$/.exec(path)?.[1])
    if (method === 'PATCH' && edited > 0) {
      const at = comments.findIndex(({ id }) => id === edited)
      const found = comments[at]
      if (found === undefined) return [404, { message: 'Not Found' }]
      comments[at] = { ...found, body: String(text) }
      return [200, comments[at]]
    }
    const [, sha] = /\/statuses\/([0-9a-f]{40})$/.exec(path) ?? []
    if (method !== 'POST' || sha === undefined) return [404, { message: 'Not Found' }]
    const { state, context = 'default', description = '' } = body
    if (!['error', 'failure', 'pending', 'success'].includes(String(state))) return invalid
    if (String(description).length > 140) return invalid
    statuses.push({ sha, state: String(state), context: String(context), description: String(description) })
    return [201, statuses.at(-1)]
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    tokenInArguments.push(
      ...processesNaming(token)
        .map(commandLine)
        .filter((it) => it.includes(token)),
    )
    const body = await bodyOf(request)
    if (temper === 'silent') return
    const isKnown = request.headers.authorization === `Bearer ${token}`
    const [status, answer] =
      temper !== 'well'
        ? [temper, { message: 'No' }]
        : isKnown
          ? route(request.method ?? '', new URL(request.url ?? '', 'http://github'), body)
          : [401, { message: 'Bad credentials' }]
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(answer))
  }

  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    statuses,
    tokenInArguments,
    write: (comment) => void write(comment),
    answer: (next) => {
      temper = next
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const invalid: [number, unknown] = [422, { message: 'Validation Failed' }]

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = Buffer.concat(await request.toArray()).toString()
  return text.trim() === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
