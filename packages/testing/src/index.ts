export { createTestDatabase, type TestDatabase } from './test-database.ts'
export { startDebianPostgres, type DebianPostgres } from './debian-postgres.ts'
export { fixedClock, type FixedClock } from './fixed-clock.ts'
export { fixturesDir } from './fixtures.ts'
export { freePort } from './free-port.ts'
export { type ProviderUser, startOidcProvider, type TestOidcProvider } from './oidc-provider.ts'
export { commandLine, processesGone, processesNaming } from './processes.ts'
export {
  answers,
  type Ending,
  launchServer,
  type ServerProcess,
  type ServerProcessOptions,
  startServerProcess,
} from './running-server.ts'
