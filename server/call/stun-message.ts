/**
 * Messages of STUN and TURN, as far as a check-up needs them (RFC 8489, RFC 8656): requests out, answers in.
 *
 * Nothing here throws on bytes from outside.
 */
import { createHash, createHmac } from 'node:crypto'
import { isIPv6 } from 'node:net'

export const methods = { binding: 0x001, allocate: 0x003, refresh: 0x004, createPermission: 0x008 } as const

export const attributeTypes = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
} as const

export type Attribute = readonly [type: number, value: Uint8Array]

export type StunAnswer = Readonly<{
  transactionId: string
  /** 0 for success. */
  errorCode: number
  attributes: ReadonlyMap<number, Buffer>
}>

export const headerSize = 20
const cookie = Buffer.from([0x21, 0x12, 0xa4, 0x42])

/** `key` signs the request (RFC 8489 §9.2.2). */
export function encodeRequest(
  method: number,
  transactionId: Buffer,
  attributes: readonly Attribute[],
  key: Buffer | null,
): Buffer {
  const body = Buffer.concat(attributes.map(encodeAttribute))
  if (key === null) return Buffer.concat([header(method, body.length, transactionId), body])
  // The length counts what is about to be added.
  const signed = Buffer.concat([header(method, body.length + 24, transactionId), body])
  const mac = createHmac('sha1', key).update(signed).digest()
  return Buffer.concat([signed, encodeAttribute([attributeTypes.messageIntegrity, mac])])
}

/** Bytes of the message that begins here; null while its head is not whole. */
export function messageSize(bytes: Buffer): number | null {
  return bytes.length < headerSize ? null : headerSize + bytes.readUInt16BE(2)
}

/** Null for what is no answer. */
export function decodeAnswer(bytes: Buffer): StunAnswer | null {
  if (messageSize(bytes) !== bytes.length || !bytes.subarray(4, 8).equals(cookie)) return null
  const isSuccess = (bytes.readUInt16BE(0) & 0x0110) === 0x0100
  const isError = (bytes.readUInt16BE(0) & 0x0110) === 0x0110
  if (!isSuccess && !isError) return null
  const attributes = new Map<number, Buffer>()
  for (let at = headerSize; at + 4 <= bytes.length;) {
    const size = bytes.readUInt16BE(at + 2)
    attributes.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + size))
    at += 4 + Math.ceil(size / 4) * 4
  }
  const error = attributes.get(attributeTypes.errorCode)
  const said = error !== undefined && error.length >= 4 ? (error[2] ?? 0) * 100 + (error[3] ?? 0) : 500
  return { transactionId: bytes.toString('hex', 8, headerSize), errorCode: isSuccess ? 0 : said, attributes }
}

/** The key of long-term credentials. */
export function longTermKey(username: string, realm: string, password: string): Buffer {
  return createHash('md5').update(`${username}:${realm}:${password}`).digest()
}

/** A peer's address, with a port that does not matter to permissions. */
export function encodePeer(address: string, transactionId: Buffer): Attribute {
  const bytes = addressBytes(address)
  const mask = Buffer.concat([cookie, transactionId])
  const family = bytes.length === 4 ? 1 : 2
  const value = Buffer.from([0, family, 0x21, 0x13, ...bytes.map((byte, index) => byte ^ (mask[index] ?? 0))])
  return [attributeTypes.xorPeerAddress, value]
}

/** The IPv4 address of an XOR-…-ADDRESS attribute, or that there is one of IPv6; null where there is none. */
export function readAddress(value: Buffer | undefined): string | null {
  if (value === undefined || value.length < 8) return null
  if (value[1] !== 1) return 'an IPv6 address'
  return [...value.subarray(4, 8)].map((byte, index) => byte ^ (cookie[index] ?? 0)).join('.')
}

function header(method: number, bodySize: number, transactionId: Buffer): Buffer {
  const start = Buffer.alloc(4)
  start.writeUInt16BE(method, 0)
  start.writeUInt16BE(bodySize, 2)
  return Buffer.concat([start, cookie, transactionId])
}

function encodeAttribute([type, value]: Attribute): Buffer {
  const encoded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
  encoded.writeUInt16BE(type, 0)
  encoded.writeUInt16BE(value.length, 2)
  encoded.set(value, 4)
  return encoded
}

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes any form as groups of hexadecimal numbers.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const left = head.split(':').filter((group) => group !== '')
  const right = tail.split(':').filter((group) => group !== '')
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
