import { ProblemError } from '@afterai/contract'
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type ServerMetadata,
} from 'openid-client'
import { ForbiddenAddress, type OutboundPolicy, toOutboundUrl } from '../../platform/outbound-addresses.ts'
import { createProviderFetch } from './provider-fetch.ts'

/** A provider and what the server is to it. */
export interface ProviderAccess {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

/** Talks with identity providers. */
export interface ProviderClients {
  /** Asks the provider what it is, now. @throws ProblemError `unusable_provider` with the reason in words */
  discover(access: ProviderAccess): Promise<Configuration>
  /** The same, from a while ago if it was asked. `version` changes whenever the settings do. @throws ProblemError `provider_unavailable` */
  of(access: ProviderAccess & { id: string; version: string }): Promise<Configuration>
}

/** A signature that anybody can check and only the provider can make: never `none`, never a secret that is shared. */
const asymmetric = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']

const timeoutSeconds = 5
const keptForMs = 10 * 60_000
const keptAtMost = 200

/** Creates the clients; what providers say of themselves is kept for ten minutes, so that new keys and endpoints are found. */
export function createProviderClients(policy: OutboundPolicy): ProviderClients {
  const kept = new Map<string, { until: number; configuration: Configuration }>()
  const ask = (access: ProviderAccess): Promise<Configuration> => askProvider(access, policy)
  return {
    async discover(access) {
      try {
        return await ask(access)
      } catch (error) {
        throw new ProblemError('unusable_provider', { detail: reasonOf(error) }, { cause: error })
      }
    },
    async of({ id, version, ...access }) {
      const key = `${id} ${version}`
      const known = kept.get(key)
      if (known !== undefined && known.until > Date.now()) return known.configuration
      try {
        const configuration = await ask(access)
        if (kept.size >= keptAtMost) kept.clear()
        kept.set(key, { until: Date.now() + keptForMs, configuration })
        return configuration
      } catch (error) {
        throw new ProblemError('provider_unavailable', {}, { cause: error })
      }
    },
  }
}

async function askProvider({ issuer, clientId, clientSecret }: ProviderAccess, policy: OutboundPolicy) {
  const url = toOutboundUrl(policy, issuer)
  const providerFetch = createProviderFetch(policy)
  const insecure = url.protocol === 'http:' ? [allowInsecureRequests] : []
  const options = { [customFetch]: providerFetch, timeout: timeoutSeconds, execute: insecure }
  const found = (await discovery(url, clientId, undefined, undefined, options)).serverMetadata()
  const metadata = checkedMetadata(found, { issuer, policy })
  const configuration = new Configuration(
    metadata,
    clientId,
    clientSecret,
    clientAuthentication(metadata, clientSecret),
  )
  configuration[customFetch] = providerFetch
  configuration.timeout = timeoutSeconds
  for (const each of insecure) each(configuration)
  // The library trusts TLS for tokens that it fetches itself; we check each signature too.
  enableNonRepudiationChecks(configuration)
  return configuration
}

/** Checks a provider's description: each endpoint is at an allowed address, and of its algorithms it keeps those that we accept. */
function checkedMetadata(
  found: Readonly<ServerMetadata>,
  { issuer, policy }: { issuer: string; policy: OutboundPolicy },
): ServerMetadata {
  // Exactly, also where the library lets an issuer be a template for all tenants of a cloud (ASVS 10.5.1).
  if (found.issuer !== issuer) throw new UnusableProvider('it names itself otherwise than the issuer that was given')
  for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
    if (found[endpoint] === undefined) throw new UnusableProvider(`it names no ${endpoint}`)
  }
  for (const endpoint of endpoints) {
    if (found[endpoint] !== undefined) toOutboundUrl(policy, found[endpoint])
  }
  if (found.code_challenge_methods_supported?.includes('S256') === false)
    throw new UnusableProvider('it has no PKCE with S256')
  const algorithms = (found.id_token_signing_alg_values_supported ?? ['RS256']).filter((it) => asymmetric.includes(it))
  if (algorithms.length === 0) throw new UnusableProvider('it signs with no algorithm that is accepted here')
  return { ...found, id_token_signing_alg_values_supported: algorithms }
}

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'userinfo_endpoint',
  'end_session_endpoint',
] as const

// Basic is what every provider has unless it says otherwise (OpenID Connect Discovery §3).
function clientAuthentication(
  { token_endpoint_auth_methods_supported: methods }: ServerMetadata,
  secret: string,
): ClientAuth {
  const basic = methods === undefined || methods.includes('client_secret_basic')
  return basic ? ClientSecretBasic(secret) : ClientSecretPost(secret)
}

class UnusableProvider extends Error {}

/** Why a provider can't be used, in words of ours: what it answered is not shown. */
function reasonOf(error: unknown): string {
  const chain = causesOf(error)
  const known = chain.find((it) => it instanceof UnusableProvider || it instanceof ForbiddenAddress)
  if (known !== undefined) return known.message
  const codes = chain.map((it) => ('code' in it ? String(it.code) : it.name))
  const [, words] = reasons.find(([code]) => codes.some((it) => it.startsWith(code))) ?? []
  return words ?? 'no OpenID Connect description was found at the issuer’s /.well-known/openid-configuration'
}

const reasons: readonly (readonly [code: string, words: string])[] = [
  ['ENOTFOUND', 'there is no host of this name'],
  ['EAI_AGAIN', 'the name of the host can’t be resolved'],
  ['ECONNREFUSED', 'nothing answers at this address'],
  ['OAUTH_TIMEOUT', 'it doesn’t answer within five seconds'],
  ['ABORT_ERR', 'it doesn’t answer within five seconds'],
  ['TimeoutError', 'it doesn’t answer within five seconds'],
  ['CERT_', 'its certificate isn’t trusted here'],
  ['DEPTH_ZERO', 'its certificate isn’t trusted here'],
  ['SELF_SIGNED', 'its certificate isn’t trusted here'],
  ['UNABLE_TO_', 'its certificate isn’t trusted here'],
  ['ERR_TLS', 'its certificate is for another host'],
  ['OAUTH_JSON_ATTRIBUTE_COMPARISON', 'it names itself otherwise than the issuer that was given'],
]

function causesOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : []
}
