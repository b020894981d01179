import { socketPort } from './place.ts'

/**
 * Configuration of the embedded server: small and durable, reachable over its socket alone.
 * Statements and values of clients stay out of its log: `log_min_messages=log` leaves out errors, which quote them.
 * Readers do their own I/O (`io_method=sync`): at this size extra I/O workers would only cost memory.
 */
export const embeddedSettings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: String(socketPort),
  unix_socket_permissions: '0700',
  cluster_name: 'afterai',
  max_connections: '40',
  shared_buffers: '32MB',
  maintenance_work_mem: '32MB',
  work_mem: '4MB',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  wal_level: 'replica',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  autovacuum: 'on',
  jit: 'off',
  huge_pages: 'off',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_line_prefix: '',
}
