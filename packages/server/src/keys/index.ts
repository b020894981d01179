export { fingerprintOf, type InstanceKeys, KeyFileError, loadInstanceKeys } from './key-files.ts'
export { createTenantKeys, type TenantKeys } from './tenant-keys.ts'
