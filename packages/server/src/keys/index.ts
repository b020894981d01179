export { type InstanceKeys, KeyFileError, loadInstanceKeys, type SigningKey } from './key-files.ts'
export { createTenantKeys, type TenantKeys } from './tenant-keys.ts'
