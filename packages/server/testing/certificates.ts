import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsIdentity } from '@afterai/testing'

/** A certificate authority of the test's own. */
export interface Authority {
  /** The file of its certificate. */
  readonly file: string
  issue(name: string, host: string, expired?: boolean): TlsIdentity
}

const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'

/** Makes one in a directory, with openssl. */
export function createAuthority(directory: string, name: string): Authority {
  const path = (file: string): string => join(directory, `${name}-${file}`)
  const openssl = (command: string): void => {
    execFileSync('openssl', command.split(' '), { stdio: 'pipe' })
  }
  openssl(`req -x509 ${newKey} -days 2 -subj /CN=${name} -keyout ${path('ca.key')} -out ${path('ca.crt')}`)
  return {
    file: path('ca.crt'),
    issue(leaf, host, expired = false) {
      const [key, request, certificate] = [path(`${leaf}.key`), path(`${leaf}.csr`), path(`${leaf}.crt`)]
      openssl(`req -new ${newKey} -subj /CN=${host} -keyout ${key} -out ${request}`)
      writeFileSync(path('san'), `subjectAltName=DNS:${host}\n`)
      // A negative number of days ends the certificate before it begins.
      const signing = `-CA ${path('ca.crt')} -CAkey ${path('ca.key')} -CAcreateserial -extfile ${path('san')}`
      openssl(`x509 -req -in ${request} ${signing} -days ${expired ? '-1' : '1'} -out ${certificate}`)
      return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
    },
  }
}
