/** The address a request comes from, in the form in which limits count it. */
import type { IncomingMessage } from 'node:http'

/**
 * An IPv4 address, or the first 64 bits of an IPv6 one: a household has that many to choose from (RFC 6177).
 * Forwarded-For headers are not believed: anybody can write them.
 */
export function addressOf(request: IncomingMessage): string {
  const address = request.socket.remoteAddress ?? 'unknown'
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  return address.includes(':') ? networkOf(address) : address
}

function networkOf(address: string): string {
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  const zeros = address.includes('::')
    ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
    : []
  return [...left, ...zeros, ...right].slice(0, 4).join(':') + '::/64'
}
