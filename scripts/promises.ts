/** One row of what AfterAI promises. `state` says how much of it is built; tests name the id that they prove. */
export interface Promised {
  readonly id: `P${number}.${number}`
  readonly promise: string
  readonly state: 'built' | 'partly' | 'not built'
  /** The part that is missing, where the state isn't `built`. */
  readonly missing?: string
}

/** Everything that AfterAI promises about security, in the order of its subjects. */
export const promises: readonly Promised[] = [
  { id: 'P1.1', promise: 'The whole life of a change works with metadata alone.', state: 'built' },
  {
    id: 'P1.2',
    promise:
      'No prompt, output or other content is stored, logged or exported; what arrives is dropped at the edge and counted.',
    state: 'partly',
    missing:
      'The doors that exist (API, command line, evaluation import, OpenTelemetry, the SDK’s door) are covered. An import keeps what has the shape of a name: one token as a case’s id or a dropped column’s name, up to four words in a column mapped as slices, so words strung together with hyphens pass; so does an allowed attribute of telemetry, such as a model’s name. The console sends what it is given to the API, and is no door of its own; no canary was typed into its forms.',
  },
  {
    id: 'P1.3',
    promise: 'A prompt’s identity is a keyed digest with a key of the tenant, never a bare hash.',
    state: 'built',
  },
  {
    id: 'P1.4',
    promise: 'Capture of content is opt-in, sampled and redacted.',
    state: 'not built',
    missing: 'There is no capture: content has no way in.',
  },
  {
    id: 'P1.5',
    promise: 'Captured content is encrypted, expires, and is read with its own permission.',
    state: 'not built',
    missing: 'As above.',
  },
  {
    id: 'P2.1',
    promise: 'AfterAI is never on the path of an inference request; the SDK wraps, patches and proxies nothing.',
    state: 'built',
  },
  {
    id: 'P2.2',
    promise: 'A call of the SDK returns at once and never throws, and the client never changes how its host ends.',
    state: 'built',
  },
  {
    id: 'P2.3',
    promise: 'The SDK’s memory is bounded; its drops are counted, visible to the host, and reported to the server.',
    state: 'built',
  },
  { id: 'P2.4', promise: 'Acknowledged means durable; a retry never makes two.', state: 'built' },
  {
    id: 'P3.1',
    promise:
      'One access model: each credential becomes one principal, one function decides, each route names its permission.',
    state: 'built',
  },
  {
    id: 'P3.2',
    promise:
      'Sessions are short-lived, rotated, revocable at once; a cookie needs a same-origin proof to change something.',
    state: 'partly',
    missing: 'What ends a person’s sessions in another tenant is in the trail of the tenant they act from alone.',
  },
  {
    id: 'P3.3',
    promise: 'Credentials are hashed at rest; API keys are shown once, expire, and are no wider than their owner.',
    state: 'built',
  },
  {
    id: 'P3.4',
    promise: 'Sign-in by password with a second factor, by passkey, by the company’s provider; service accounts.',
    state: 'partly',
    missing:
      'SAML, SCIM and back-channel logout: who loses a group keeps access until their next sign-in or the end of the session. Passwords with authenticator apps, recovery codes, passkeys, service accounts, OpenID Connect and device authorization are there.',
  },
  {
    id: 'P3.5',
    promise: 'No secret is in an image or in the source.',
    state: 'not built',
    missing: 'There is no image yet, and no scan in CI.',
  },
  {
    id: 'P4.1',
    promise: 'Tenants can’t see each other: row level security, for a role that can’t bypass it.',
    state: 'built',
  },
  {
    id: 'P4.2',
    promise: 'Evaluations run on isolated compute without a network.',
    state: 'not built',
    missing: 'AfterAI imports evaluations; it doesn’t run any.',
  },
  { id: 'P4.3', promise: 'Customer-managed keys.', state: 'not built' },
  {
    id: 'P4.4',
    promise:
      'Every change of state, refusal and protected read is an audit event in its own transaction: no audit, no change. The trail is searched, exported and streamed to a SIEM.',
    state: 'partly',
    missing:
      'These leave a line in the access log and no event, since they concern no tenant: requests with a credential or a one-time code that nobody has, and those over the rate of their address. Of one refused credential by network, one account slowed down, and ten denials of one credential by one route, each process writes no more than one event a minute, and one that counts the others. Digests of the state before and after are kept where changes, decisions, API keys and audit streams are updated.',
  },
  {
    id: 'P4.5',
    promise: 'Records are sealed, signed, in an append-only log, and verified offline with standard tools.',
    state: 'partly',
    missing:
      'Witnesses and timestamps, and proof of an erasure. A queued entry that vanishes shows only if its producer wrote again. Until there are witnesses, an operator with the log’s key could fork it unseen by those who kept no checkpoint; the command line keeps one of each log that it saw.',
  },
  {
    id: 'P4.6',
    promise: 'Retention with legal hold; erasing content never breaks the record.',
    state: 'partly',
    missing:
      'The format keeps its proofs when a section’s key and salt are gone. Nothing erases, expires or holds yet; backups have no expiry of their own.',
  },
  {
    id: 'P5.1',
    promise: 'Configuration is checked as a whole at start; every fault is listed, no secret is printed.',
    state: 'built',
  },
  {
    id: 'P5.2',
    promise: 'Incomplete or insecure deployments don’t start.',
    state: 'partly',
    missing:
      'The sandbox, which isn’t built. TLS is the proxy’s in front, and its word is believed; a second proxy on the server’s own machine that isn’t named and adds no forwarding header counts as that machine.',
  },
  {
    id: 'P5.3',
    promise: 'Rate limits shared by all nodes; load is shed before memory grows.',
    state: 'partly',
    missing:
      'Tests show that a polite client sees no error during slow and flooding attacks, that memory stays below a bound, that the process sheds load and recovers, that slow bodies of three addresses or of one client of a proxy leave others served, and that one tenant can’t take the telemetry room of all. Some eight addresses that send bodies slowly together can turn away other requests with bodies. Answers that many addresses read slowly hold places of requests under way. How much slower the client gets is a goal of a benchmark (`npm run bench -- slow`), not of a test, and a flood by many addresses at once is not tested.',
  },
  { id: 'P5.4', promise: 'A WAF configuration ships and is tested.', state: 'not built' },
  {
    id: 'P5.5',
    promise:
      'No data is lost by kill -9, a restart or a full disk; a backup brings back all that was acknowledged before it.',
    state: 'partly',
    missing: 'The loss of a node with its disk is your PostgreSQL’s to survive, and isn’t tested.',
  },
  {
    id: 'P6.1',
    promise:
      'A planned change that is deployed stays one change, whatever order its events arrive in; a return to what ran before is a change of its own.',
    state: 'built',
  },
  {
    id: 'P6.2',
    promise:
      'Of each environment, now and at any past instant, the product says whether what runs may run, and by which record; what turns worse is told.',
    state: 'partly',
    missing:
      'Changes that have no configuration, such as a rebuilt index, have a life line and no standing. Changes that telemetry alone shows, such as another served model, are listed and have no standing either.',
  },
  {
    id: 'P6.3',
    promise:
      'The gate says yes only for what a sealed decision or envelope covers, that holds, with or without a server.',
    state: 'built',
  },
  {
    id: 'P6.4',
    promise:
      'Margins and metrics that were sealed before the results are told apart from those that weren’t; every attempt under a plan is counted.',
    state: 'partly',
    missing:
      'What was imported is counted: a run that was looked at elsewhere and never imported, AfterAI can’t know. The same numbers in another file are taken for the same run where latencies are among them, and told otherwise. An envelope’s `not_worse` takes any assessment.',
  },
  {
    id: 'P6.5',
    promise:
      'A verdict depends neither on the order of columns, rows or files nor on a guessed direction or scale; what failed on both sides is never green.',
    state: 'built',
  },
  {
    id: 'P6.6',
    promise: 'Nothing is counted twice, merged with another’s, or dropped without being told.',
    state: 'partly',
    missing:
      'The doors of OpenTelemetry are covered: requests that two instrumentations of a service tell of, names, and what answers say. Two services that tell of one request count twice, as do spans that come after what is remembered of theirs; and what metrics count stands beside what spans do. Beyond its limits, what has a name shares one that says so. Imports of evaluations aren’t tested against it.',
  },
]
