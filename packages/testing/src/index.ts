export { chromiumOptions, launchChromium } from './chromium.ts'
export { type Balancer, startBalancer } from './balancer.ts'
export { createTestDatabase, type TestDatabase } from './test-database.ts'
export { startDebianPostgres, type DebianPostgres, type TlsIdentity } from './debian-postgres.ts'
export { fixturesDir } from './fixtures.ts'
export { freePort } from './free-port.ts'
export { limitMemory, type MemoryLimit } from './memory-limit.ts'
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
export { findRsyslog } from './system-tools.ts'
export {
  type Attack,
  attacksOn,
  type Experience,
  experienceDuring,
  openConnections,
  residentMib,
  runAttack,
} from './slow-clients.ts'
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
