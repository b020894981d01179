import { fileURLToPath } from 'node:url'
import { auditReference } from './audit-reference.ts'
import { asvsReference } from './asvs.ts'
import { catalogueReference } from './catalogue-reference.ts'
import { workerSourceFile } from '../packages/sdk/bundle.ts'
import { commandLineReference } from '../packages/cli/src/reference.ts'
import { configurationReference } from './configuration-reference.ts'
import { clientOperations } from './client-operations.ts'
import { securityReference } from './security-reference.ts'
import { directionsReference } from './directions-reference.ts'
import { errorsReference } from './errors-reference.ts'
import { importsReference } from './imports-reference.ts'
import { metricsReference } from './metrics-reference.ts'
import { openapiReference } from './openapi-reference.ts'
import { telemetryReference } from './telemetry-reference.ts'
import { partsReference } from './parts-reference.ts'
import { permissionsReference } from './permissions-reference.ts'

/** A page of documentation that is made from code. */
export interface Reference {
  readonly path: string
  readonly render: () => string | Promise<string>
}

/** Every generated page; `npm run generate` writes them and a test proves that they are up to date. */
export const references: readonly Reference[] = [
  page('docs/reference/configuration.md', configurationReference),
  page('docs/reference/configurations.md', partsReference),
  page('docs/reference/command-line.md', commandLineReference),
  page('docs/reference/asvs.md', asvsReference),
  page('docs/security.md', securityReference),
  page('docs/reference/audit.md', auditReference),
  page('docs/reference/metrics.md', metricsReference),
  page('docs/reference/metric-directions.md', directionsReference),
  page('docs/reference/errors.md', errorsReference),
  page('docs/reference/imports.md', importsReference),
  page('docs/reference/openapi.json', openapiReference),
  page('docs/reference/permissions.md', permissionsReference),
  page('packages/client/src/operations.ts', clientOperations),
  page('packages/sdk/src/worker/source.ts', workerSourceFile),
  page('docs/reference/telemetry.md', telemetryReference),
  page('packages/server/src/instance/doctor/catalogue/made-by-migrations.json', catalogueReference),
]

function page(name: string, render: Reference['render']): Reference {
  return { path: fileURLToPath(new URL(`../${name}`, import.meta.url)), render }
}
