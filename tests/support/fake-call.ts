/** People with call engines on fakes: one clock, one presence, one network. */
import type { PersonId } from '#shared/ids.ts'
import { createCall, type CallEngine, type ParticipantSnapshot } from '#web/call/engine/call.ts'
import type { IcePort } from '#web/call/engine/ice.ts'
import { PresenceBus } from './fake-call-bus.ts'
import { FakeClock } from './fake-call-clock.ts'
import { FakeMedia } from './fake-call-media.ts'
import { FakeNet } from './fake-call-net.ts'

export type Caller = Readonly<{
  name: string
  clientId: number
  call: CallEngine
  media: FakeMedia
  /** The device has a network again. */
  online: () => void
  /** The page has woken up. */
  wake: () => void
  hidePage: () => void
  /** The participant of this name as this one sees it. */
  sees: (name: string) => ParticipantSnapshot | undefined
}>

export class FakeRoom {
  readonly clock = new FakeClock()
  readonly net = new FakeNet(this.clock)
  readonly bus: PresenceBus
  readonly #callers: Caller[] = []
  #chance = 1

  /** `delayMs` yields how long each delivery of presence takes. */
  constructor(delayMs: () => number = () => 20) {
    this.bus = new PresenceBus((run) => this.clock.after(delayMs(), run))
  }

  enter(name: string, clientId: number, media = new FakeMedia(), ice?: IcePort): Caller {
    const listeners: Record<'online' | 'wake' | 'pageHide', () => void> = {
      online: () => undefined,
      wake: () => undefined,
      pageHide: () => undefined,
    }
    const call = createCall({
      presence: this.bus.port(clientId, name),
      self: { personId: `person-${name}` as PersonId, name },
      ...(ice === undefined ? {} : { ice }),
      world: {
        clock: this.clock,
        random: () => this.#random(),
        media: media.world(),
        connect: (configuration) => this.net.connect(name, configuration),
        certificate: async () => ({ owner: name }) as unknown as RTCCertificate,
        codecs: () => null,
        onOnline: (listener) => {
          listeners.online = listener
          return () => undefined
        },
        onWake: (listener) => {
          listeners.wake = listener
          return () => undefined
        },
        onPageHide: (listener) => {
          listeners.pageHide = listener
          return () => undefined
        },
      },
    })
    const sees = (other: string): ParticipantSnapshot | undefined =>
      call.snapshot().participants.find((participant) => participant.name === other)
    const caller: Caller = {
      name,
      clientId,
      call,
      media,
      sees,
      online: () => listeners.online(),
      wake: () => listeners.wake(),
      hidePage: () => listeners.pageHide(),
    }
    this.#callers.push(caller)
    return caller
  }

  /** The tab dies: its server sees the end of the socket, its peers see nothing. */
  kill({ name, clientId }: Caller): void {
    this.net.kill(name)
    this.bus.remove(clientId)
  }

  [Symbol.dispose](): void {
    for (const { call } of this.#callers) call[Symbol.dispose]()
  }

  /** The same chances in every run. */
  #random(): number {
    this.#chance = (this.#chance * 48_271) % 2_147_483_647
    return this.#chance / 2_147_483_647
  }
}

/** Everyone is connected with everyone, and negotiation has come to rest. */
export function isWhole(callers: readonly Caller[], net: FakeNet): boolean {
  return callers.every(
    ({ name, call }) =>
      call.snapshot().participants.length === callers.length &&
      call.snapshot().participants.every(({ state }) => state === 'connected') &&
      net.open(name).length === callers.length - 1 &&
      net
        .open(name)
        .every((connection) => connection.signalingState === 'stable' && net.isAgreed(connection)),
  )
}
