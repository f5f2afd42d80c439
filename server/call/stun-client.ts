/**
 * One conversation with a STUN or TURN server, over UDP, TCP or TLS: asks, and asks again where datagrams get lost.
 *
 * For the check-up and for tests; calls are the browsers' own. Invariant: what was allocated is given back at the end.
 */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { IceUrl } from './ice-url.ts'
import {
  attributeTypes,
  decodeAnswer,
  encodePeer,
  encodeRequest,
  longTermKey,
  messageSize,
  methods,
  readAddress,
  type Attribute,
  type StunAnswer,
} from './stun-message.ts'

/** Time for any one answer, and for coming through at all. */
const timeoutMs = 3_000
/** The first repetition of a datagram; the next take twice as long each (RFC 8489 §6.2.1). */
const repeatMs = 400

type Transport = Readonly<{
  isReliable: boolean
  send(message: Buffer): void
  close(): void
}>

type Credentials = Readonly<{ username: string; credential: string }>

/** `address` is what the server says; `errorCode` is 0 for success (RFC 8656 §19). */
export type Outcome = Readonly<{ errorCode: number; address: string | null }>

export class StunClient implements AsyncDisposable {
  readonly #transport: Transport
  readonly #waiting = new Map<string, (answer: StunAnswer) => void>()
  #session: Readonly<{ attributes: readonly Attribute[]; key: Buffer }> | null = null
  #hasAllocation = false

  /** Rejects where nothing can be reached, or its certificate is not trusted. `ca` is for tests. */
  static async open(url: IceUrl, ca?: string): Promise<StunClient> {
    const received: { client?: StunClient } = {}
    const onMessage = (bytes: Buffer) => received.client?.receive(bytes)
    const transport =
      url.transport === 'udp' ? await openUdp(url, onMessage) : await openStream(url, onMessage, ca)
    return (received.client = new StunClient(transport))
  }

  private constructor(transport: Transport) {
    this.#transport = transport
  }

  receive(bytes: Buffer): void {
    const answer = decodeAnswer(bytes)
    if (answer !== null) this.#waiting.get(answer.transactionId)?.(answer)
  }

  /** How the server sees this machine. */
  async bind(): Promise<Outcome> {
    return outcomeOf(await this.#ask(methods.binding, []), attributeTypes.xorMappedAddress)
  }

  /** Asks for an address of the relay. */
  async allocate({ username, credential }: Credentials, family: 4 | 6 = 4): Promise<Outcome> {
    const wanted: Attribute[] = [[attributeTypes.requestedTransport, Buffer.from([17, 0, 0, 0])]]
    if (family === 6) wanted.push([attributeTypes.requestedAddressFamily, Buffer.from([2, 0, 0, 0])])
    const challenge = await this.#ask(methods.allocate, wanted)
    const realm = challenge.attributes.get(attributeTypes.realm)
    const nonce = challenge.attributes.get(attributeTypes.nonce)
    // A relay that asks for no credentials would serve anybody.
    if (challenge.errorCode !== 401 || realm === undefined || nonce === undefined)
      return outcomeOf(challenge, attributeTypes.xorRelayedAddress)
    this.#session = {
      attributes: [
        [attributeTypes.username, Buffer.from(username)],
        [attributeTypes.realm, realm],
        [attributeTypes.nonce, nonce],
      ],
      key: longTermKey(username, realm.toString(), credential),
    }
    const answer = await this.#ask(methods.allocate, wanted)
    this.#hasAllocation = answer.errorCode === 0
    return outcomeOf(answer, attributeTypes.xorRelayedAddress)
  }

  /** Whether the relay would pass anything to this address. Sends nothing there. */
  async permit(peer: string): Promise<Outcome> {
    const transactionId = randomBytes(12)
    return outcomeOf(
      await this.#ask(methods.createPermission, [encodePeer(peer, transactionId)], transactionId),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const none: Attribute = [attributeTypes.lifetime, Buffer.alloc(4)]
    // A server that is gone by now has nothing left to give back.
    if (this.#hasAllocation) await this.#ask(methods.refresh, [none]).catch(() => undefined)
    this.#transport.close()
  }

  async #ask(
    method: number,
    attributes: readonly Attribute[],
    transactionId = randomBytes(12),
  ): Promise<StunAnswer> {
    const { attributes: signing = [], key = null } = this.#session ?? {}
    const message = encodeRequest(method, transactionId, [...attributes, ...signing], key)
    const { promise, resolve, reject } = Promise.withResolvers<StunAnswer>()
    const id = transactionId.toString('hex')
    this.#waiting.set(id, resolve)
    const giveUp = setTimeout(() => {
      reject(new Error('no answer came'))
    }, timeoutMs)
    let repeat: NodeJS.Timeout | undefined
    const send = (delayMs: number): void => {
      this.#transport.send(message)
      if (!this.#transport.isReliable) repeat = setTimeout(send, delayMs, delayMs * 2)
    }
    send(repeatMs)
    try {
      return await promise
    } finally {
      clearTimeout(giveUp)
      clearTimeout(repeat)
      this.#waiting.delete(id)
    }
  }
}

function outcomeOf({ errorCode, attributes }: StunAnswer, addressType?: number): Outcome {
  return { errorCode, address: addressType === undefined ? null : readAddress(attributes.get(addressType)) }
}

async function openUdp({ host, port }: IceUrl, onMessage: (bytes: Buffer) => void): Promise<Transport> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
  socket.on('message', onMessage)
  socket.connect(port, host)
  await once(socket, 'connect')
  // A closed port answers with ICMP; that no answer comes tells the same.
  socket.on('error', () => undefined)
  return {
    isReliable: false,
    send: (message) => {
      socket.send(message, () => undefined)
    },
    close: () => {
      socket.close()
    },
  }
}

async function openStream(
  { host, port, transport }: IceUrl,
  onMessage: (bytes: Buffer) => void,
  ca: string | undefined,
): Promise<Transport> {
  const isTls = transport === 'tls'
  const name = isIP(host) === 0 ? { servername: host } : {}
  const socket: Socket = isTls
    ? connectTls({ host, port, ...name, ...(ca === undefined ? {} : { ca }) })
    : connectTcp({ host, port })
  const ended = AbortSignal.timeout(timeoutMs)
  try {
    await once(socket, isTls ? 'secureConnect' : 'connect', { signal: ended })
  } catch (error) {
    socket.destroy()
    throw error
  }
  socket.on('error', () => undefined)
  let held = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    for (let size = messageSize(held); size !== null && held.length >= size; size = messageSize(held)) {
      onMessage(held.subarray(0, size))
      held = held.subarray(size)
    }
  })
  return {
    isReliable: true,
    send: (message) => void socket.write(message),
    close: () => void socket.destroy(),
  }
}
