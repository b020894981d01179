import { isIPv4, isIPv6 } from 'node:net'

/**
 * The network that stands for a client: one machine's owner may have a whole IPv6 /64, so it counts as one.
 * @param ipv4Bits 32 for the address itself, 24 for its neighbourhood
 * @example networkOf('2001:db8:1:2::9', 32) // '2001:db8:1:2::/64'
 */
export function networkOf(address: string, ipv4Bits: 24 | 32): string {
  const ipv4 = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIPv4(ipv4)) return ipv4Bits === 32 ? ipv4 : `${ipv4.split('.').slice(0, 3).join('.')}.0/24`
  const bare = address.split('%')[0] ?? ''
  if (!isIPv6(bare)) return 'unknown'
  return `${groupsOf(bare).slice(0, 4).join(':')}::/64`
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  // A dotted end stands for two groups; it is beyond the network that is asked for.
  const dotted = [...front, ...back].some((group) => group.includes('.')) ? 1 : 0
  const between = tail === undefined ? 0 : 8 - dotted - front.length - back.length
  const groups = [...front, ...Array.from({ length: between }, () => '0'), ...back]
  return groups.map((group) => group.replace(/^0+(?=.)/, ''))
}
