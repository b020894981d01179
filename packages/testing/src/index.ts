export { createTestDatabase, type TestDatabase } from './test-database.ts'
export { startDebianPostgres, type DebianPostgres } from './debian-postgres.ts'
export { fixedClock, type FixedClock } from './fixed-clock.ts'
export { fixturesDir } from './fixtures.ts'
