export { fingerprintOf, type InstanceKeys, KeyFileError, loadInstanceKeys } from './key-files.ts'
export { createAccountBox } from './secret-box.ts'
export { createTenantKeys, type TenantKeys } from './tenant-keys.ts'
