/**
 * The links to everyone else in the call, kept equal to what presence says.
 *
 * Presence brings a participant in; only silence or a goodbye takes one out, so a server that is away, or restarts,
 * drops nobody. Rules CA2 and CA5 of docs/PROTOCOL.md.
 */
import { callParticipantsMax } from '#shared/limits.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import { newCallSession, readCallPresence, readSignalSlot, type CallPresence } from '#shared/call/signal.ts'
import type { PresencePort } from '../../sync/ports.ts'
import type { ParticipantSnapshot } from './call.ts'
import type { Ice } from './ice.ts'
import { hear, silent, type Speaking } from './levels.ts'
import { Link } from './link.ts'
import { noTracks, type LineTracks } from './lines.ts'
import { participantState } from './link-state.ts'
import { keepSame } from './same.ts'
import { SignalWriter } from './signals.ts'
import type { CallWorld, Undo } from './world.ts'

export type MeshOptions = Readonly<{
  world: CallWorld
  presence: PresencePort
  ice: Pick<Ice, 'configuration'>
  onChange: () => void
}>

/** What is sent to everyone, and what is said of it. */
export type Outgoing = Readonly<{ tracks: LineTracks } & Omit<CallPresence, 'session'>>

type Peer = {
  readonly clientId: number
  readonly session: string
  readonly link: Link
  /** As presence said last. */
  state: PresenceState
  call: CallPresence
  speaking: Speaking
}

/** How it ended with a session that may still be seen in presence. */
type Ended = Readonly<{ session: string; generation: number; saidBye: boolean }>

/** Goodbyes are on their way within this time; then the connections close. */
const byeMs = 100
/** Several may join at the same moment; what is beyond this is not honest. */
const linksMax = callParticipantsMax * 2
/** Ended sessions remembered; the oldest are forgotten. */
const endedMax = 256

export class Mesh {
  readonly #options: MeshOptions
  readonly #session: string
  readonly #peers = new Map<number, Peer>()
  readonly #ended = new Map<number, Ended>()
  readonly #writer: SignalWriter
  readonly #undoPresence: Undo
  #outgoing: Outgoing = { tracks: noTracks, hasMicrophone: false, hasCamera: false, hasScreen: false }
  #call: CallPresence
  #isRelayOnly: boolean

  constructor(options: MeshOptions) {
    const { world, presence } = options
    this.#options = options
    this.#isRelayOnly = options.ice.configuration?.iceTransportPolicy === 'relay'
    this.#session = newCallSession(() => world.random())
    this.#call = this.#ownCall()
    this.#writer = new SignalWriter(
      world.clock,
      () => this.#slots(),
      (slots) => presence.set('signals', slots),
    )
    this.#undoPresence = presence.onChange(() => this.reconcile())
  }

  join(outgoing: Outgoing): void {
    this.#outgoing = outgoing
    this.#call = this.#ownCall()
    this.#options.presence.set('call', this.#call)
    this.reconcile()
  }

  send(outgoing: Outgoing): void {
    const before = this.#call
    this.#outgoing = keepSame(this.#outgoing, outgoing)
    this.#sendToAll()
    this.#call = keepSame(before, this.#ownCall())
    if (this.#call === before) return
    const call = this.#call
    this.#options.presence.set('call', call)
    for (const { link } of this.#peers.values()) link.tell(call)
  }

  /** Makes the links equal to presence, and hands them its slots. */
  reconcile(): void {
    const others = this.#options.presence.others()
    for (const peer of [...this.#peers.values()]) {
      const state = others.get(peer.clientId)
      const call = callIn(state)
      // Who is in the call anew has left it before, whatever the old link still hears.
      const isReplaced = call !== null && call.session !== peer.session
      // Whom the server bars is heard no more, however much they say (CA6).
      const isBarred = state?.standing?.barred !== undefined
      if (isReplaced || isBarred || (call === null && peer.link.isSilent())) this.#remove(peer, false)
    }
    for (const [clientId, state] of others) this.#see(clientId, state)
    this.#sendToAll()
    this.#options.onChange()
  }

  /** After any change of the ICE configuration. */
  reconfigure(): void {
    const isRelayOnly = this.#options.ice.configuration?.iceTransportPolicy === 'relay'
    const mustRestart = isRelayOnly && !this.#isRelayOnly
    this.#isRelayOnly = isRelayOnly
    for (const { link } of this.#peers.values()) link.reconfigure(mustRestart)
    this.reconcile()
  }

  online(): void {
    for (const { link } of this.#peers.values()) link.online()
  }

  tick(): void {
    const nowMs = this.#options.world.clock.nowMs()
    for (const peer of this.#peers.values()) {
      peer.link.tick()
      peer.speaking = callOf(peer).hasMicrophone
        ? hear(peer.speaking, peer.link.media.voiceLevel(), nowMs)
        : silent
    }
    this.reconcile()
  }

  /** Those who are really there, by clientID. */
  participants(): ParticipantSnapshot[] {
    return [...this.#peers.values()]
      .filter(({ link }) => link.isKnown)
      .sort((a, b) => a.clientId - b.clientId)
      .map((peer) => describe(peer))
  }

  /** Null for who is not there. */
  descriptionsOf(clientId: number): ReturnType<Link['descriptions']> | null {
    return this.#peers.get(clientId)?.link.descriptions() ?? null
  }

  leave(): void {
    const { presence, world } = this.#options
    this.#undoPresence()
    this.#writer[Symbol.dispose]()
    presence.set('signals', undefined)
    presence.set('call', undefined)
    const links = Array.from(this.#peers.values(), ({ link }) => link)
    this.#peers.clear()
    for (const link of links) link.bye()
    world.clock.after(byeMs, () => {
      for (const link of links) link[Symbol.dispose]()
    })
  }

  #ownCall(): CallPresence {
    const { hasMicrophone, hasCamera, hasScreen } = this.#outgoing
    return { session: this.#session, hasMicrophone, hasCamera, hasScreen }
  }

  *#slots(): Iterable<readonly [number, NonNullable<ReturnType<Link['presenceSlot']>>]> {
    for (const { clientId, link } of this.#peers.values()) {
      const slot = link.presenceSlot()
      if (slot !== null) yield [clientId, slot]
    }
  }

  /** Takes in what presence says of one other peer. */
  #see(clientId: number, state: PresenceState): void {
    const call = callIn(state)
    if (call === null) return
    const peer = this.#peers.get(clientId) ?? this.#add(clientId, state, call)
    if (peer === null) return
    const isSlotNew = state.signals !== peer.state.signals || !peer.link.isKnown
    peer.state = state
    peer.call = call
    if (!isSlotNew) return
    const slot = readSignalSlot(state.signals?.[String(this.#options.presence.clientId)])
    if (slot !== null) peer.link.receive(slot, 'presence')
  }

  #add(clientId: number, state: PresenceState, call: CallPresence): Peer | null {
    const { world, presence, ice, onChange } = this.#options
    const { configuration } = ice
    if (configuration === null) return null
    const ended = this.#ended.get(clientId)
    const isBack = ended?.session === call.session
    if ((isBack && ended.saidBye) || this.#peers.size >= linksMax) return null
    const link = new Link({
      world,
      configuration: () => ice.configuration ?? configuration,
      isPolite: presence.clientId > clientId,
      session: this.#session,
      remoteSession: call.session,
      generation: isBack ? ended.generation + 1 : 0,
      call: this.#call,
      onSlot: () => this.#writer.changed(),
      onChange,
      onBye: () => this.#bye(clientId, link),
    })
    const peer: Peer = { clientId, session: call.session, link, state, call, speaking: silent }
    this.#peers.set(clientId, peer)
    this.#writer.changed()
    return peer
  }

  #bye(clientId: number, link: Link): void {
    const peer = this.#peers.get(clientId)
    if (peer?.link !== link) return
    this.#remove(peer, true)
    this.#sendToAll()
    this.#options.onChange()
  }

  #remove({ clientId, session, link }: Peer, saidBye: boolean): void {
    this.#peers.delete(clientId)
    this.#ended.delete(clientId)
    this.#ended.set(clientId, { session, generation: link.state.generation, saidBye })
    const [oldest] = this.#ended.keys()
    if (this.#ended.size > endedMax && oldest !== undefined) this.#ended.delete(oldest)
    link[Symbol.dispose]()
    this.#writer.changed()
  }

  #sendToAll(): void {
    const count = this.#peers.size + 1
    for (const { link } of this.#peers.values()) link.send(this.#outgoing.tracks, count)
  }
}

/** A peer's part in the call; whom the server bars has none (CA6). */
function callIn(state: PresenceState | undefined): CallPresence | null {
  return state?.standing?.barred === undefined ? readCallPresence(state?.call) : null
}

/** On the channel it is heard first, and without the server; presence counts until the channel speaks. */
function callOf({ link, call }: Peer): CallPresence {
  return link.isSilent() ? call : (link.remoteCall ?? call)
}

function describe(peer: Peer): ParticipantSnapshot {
  const { clientId, link, state, speaking } = peer
  const { hasMicrophone, hasCamera, hasScreen } = callOf(peer)
  return {
    clientId,
    personId: state.user?.personId ?? null,
    name: state.user?.name ?? '',
    isSelf: false,
    state: participantState(link.state),
    hasMicrophone,
    hasCamera,
    hasScreen,
    isSpeaking: speaking.isSpeaking,
    voice: link.media.voice,
    camera: hasCamera ? link.media.camera : null,
    screen: hasScreen ? link.media.screen : null,
  }
}
