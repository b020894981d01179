export { checkCatalogue } from './check-catalogue.ts'
export { quoteName } from './mend-catalogue.ts'
