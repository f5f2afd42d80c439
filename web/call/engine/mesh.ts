/**
 * The links to everyone else in the call, kept equal to what presence says.
 *
 * Presence brings a participant in; only silence or a goodbye takes one out, so a server that is away, or restarts,
 * drops nobody. Who hears neither the server nor anybody else is cut off itself, and takes nobody out. Rules CA2, CA5
 * CA6 and CA11 of docs/PROTOCOL.md.
 */
import { callParticipantsMax } from '#shared/limits.ts'
import type { Shown } from '#shared/call/shown.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import {
  newCallSession,
  readCallPresence,
  readSignalSlot,
  type CallPresence,
  type SignalSlot,
} from '#shared/call/signal.ts'
import type { PresencePort } from '../../sync/ports.ts'
import type { ParticipantSnapshot } from './call.ts'
import type { Ice } from './ice.ts'
import { hear, silent, type Speaking } from './levels.ts'
import { Link } from './link.ts'
import { noTracks, type LineTracks } from './lines.ts'
import { participantState } from './link-state.ts'
import { goodQuality, judgeRemote, judgeSelf, type Quality } from './quality.ts'
import { PassBudget, RelayPlan } from './relay.ts'
import { keepSame } from './same.ts'
import { SignalWriter } from './signals.ts'
import type { LinkStats } from './stats.ts'
import type { CallWorld, Undo } from './world.ts'

export type MeshOptions = Readonly<{
  world: CallWorld
  presence: PresencePort
  ice: Pick<Ice, 'configuration'>
  /** What this call's connections are signed with; undefined while that is being made, and until then none is. */
  certificate: () => RTCCertificate | null | undefined
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
  readonly budget: PassBudget
  readonly plan: RelayPlan
}

/** How it ended with a session that may still be seen in presence. */
type Ended = Readonly<{ session: string; generation: number; saidBye: boolean }>

/** Goodbyes are on their way within this time; then the connections close. */
const byeMs = 100
/** After the server is back it has said within this time who is there. */
const settleMs = 2_000
/** Statistics are read this often. */
const measureIntervalMs = 2_000
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
  /** Since when the server is heard; null while it is not. */
  #liveSinceMs: number | null = null
  #measuredAtMs = -Infinity
  #quality: ReadonlyMap<number, Quality> = new Map()
  /** By clientID: one who joins again is shown as before. */
  readonly #shown = new Map<number, Shown>()

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
    const { presence } = this.#options
    const others = presence.others()
    const wasLive = this.#liveSinceMs !== null
    this.#liveSinceMs = presence.isLive() ? (this.#liveSinceMs ?? this.#nowMs()) : null
    // What has ended the socket may have ended the paths.
    if (wasLive && this.#liveSinceMs === null) this.#pokeLinks()
    const isSettled = this.#liveSinceMs !== null && this.#nowMs() - this.#liveSinceMs >= settleMs
    const isCutOff = !isSettled && [...this.#peers.values()].every(({ link }) => link.isSilent())
    for (const peer of [...this.#peers.values()]) {
      const state = others.get(peer.clientId)
      const call = callIn(state)
      // Who is in the call anew has left it before, whatever the old link still hears. Whom the server bars is heard no
      // more, however much they say (CA6).
      const isReplaced = call !== null && call.session !== peer.session
      const isBarred = state?.standing?.barred !== undefined
      if (isReplaced || isBarred) this.#remove(peer, false)
      if (isBarred || call !== null) continue
      const isSaid = isSettled || state !== undefined
      if ((isSaid || !isCutOff) && peer.link.isSilent(isSaid)) this.#remove(peer, false)
    }
    if (this.#options.certificate() !== undefined)
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

  /** The network is another one. */
  online(): void {
    for (const { link } of this.#peers.values()) link.online()
    this.#options.presence.poke()
  }

  /** Something happened after which paths may be gone. */
  poke(): void {
    this.#pokeLinks()
    this.#options.presence.poke()
  }

  /** How large a participant's pictures are shown here (CA12). */
  show(clientId: number, shown: Shown): void {
    const all = { ...this.#shown.get(clientId), ...shown }
    this.#shown.set(clientId, all)
    this.#peers.get(clientId)?.link.show(all)
  }

  stats(): ReadonlyMap<number, LinkStats> {
    return new Map(
      [...this.#peers.values()].flatMap(({ clientId, link: { stats } }) =>
        stats === null ? [] : [[clientId, stats] as const],
      ),
    )
  }

  /** How this peer comes over at the others'. */
  ownQuality(): Quality {
    return judgeSelf([...this.stats().values()])
  }

  tick(): void {
    const nowMs = this.#nowMs()
    const isTimeToMeasure = nowMs - this.#measuredAtMs >= measureIntervalMs
    if (isTimeToMeasure) this.#measuredAtMs = nowMs
    for (const peer of this.#peers.values()) {
      peer.link.tick()
      if (isTimeToMeasure) void peer.link.measure()
      peer.speaking = callOf(peer).hasMicrophone
        ? hear(peer.speaking, peer.link.media.voiceLevel(), nowMs)
        : silent
    }
    this.#relay()
    this.#judge()
    this.reconcile()
  }

  /** Those who are really there, by clientID. */
  participants(): ParticipantSnapshot[] {
    return [...this.#peers.values()]
      .filter(({ link }) => link.isKnown)
      .sort((a, b) => a.clientId - b.clientId)
      .map((peer) => describe(peer, this.#quality.get(peer.clientId) ?? goodQuality))
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

  #pokeLinks(): void {
    for (const { link } of this.#peers.values()) link.poke()
  }

  #nowMs(): number {
    return this.#options.world.clock.nowMs()
  }

  /** Asks others to pass on what those should hear whom this peer does not (CA11). */
  #relay(): void {
    const peers = [...this.#peers.values()]
    for (const { clientId, link, plan } of peers) {
      const slot = link.relaySlot()
      if (slot === null) continue
      const thirds = peers.filter((third) => third.link !== link && isHeard(third))
      for (const third of plan.next(slot, thirds, this.#nowMs())) third.link.sayRelay(clientId, slot)
    }
  }

  /** Passes on what one other has for another, under the name that this peer knows it by (CA11). */
  #pass(from: Peer, to: number, slot: SignalSlot): void {
    const addressee = this.#peers.get(to)
    if (addressee === undefined || addressee === from || !isHeard(addressee)) return
    if (slot.s !== from.session || slot.t !== addressee.session || !from.budget.take(this.#nowMs())) return
    addressee.link.sayRelayed(from.clientId, slot)
  }

  #judge(): void {
    const stats = this.stats()
    this.#quality = new Map(
      [...stats].map(([clientId, own]) => {
        const others = [...stats].flatMap(([other, one]) => (other === clientId ? [] : [one]))
        const isSilent = this.#peers.get(clientId)?.link.isSilent() ?? true
        return [clientId, judgeRemote(own, isSilent, others)]
      }),
    )
  }

  #ownCall(): CallPresence {
    const { hasMicrophone, hasCamera, hasScreen } = this.#outgoing
    return { session: this.#session, hasMicrophone, hasCamera, hasScreen }
  }

  *#slots(): Iterable<readonly [number, SignalSlot]> {
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
      configuration: () => this.#signed(ice.configuration ?? configuration),
      isPolite: presence.clientId > clientId,
      session: this.#session,
      remoteSession: call.session,
      generation: isBack ? ended.generation + 1 : 0,
      call: this.#call,
      onSlot: () => this.#writer.changed(),
      onChange,
      onBye: () => this.#bye(clientId, link),
      onRelay: (to, slot) => this.#pass(peer, to, slot),
      onRelayed: (from, slot) => this.#peers.get(from)?.link.receive(slot, 'relay'),
    })
    const peer: Peer = {
      clientId,
      session: call.session,
      link,
      state,
      call,
      speaking: silent,
      budget: new PassBudget(),
      plan: new RelayPlan(),
    }
    const shown = this.#shown.get(clientId)
    if (shown !== undefined) link.show(shown)
    this.#peers.set(clientId, peer)
    this.#writer.changed()
    return peer
  }

  #signed(configuration: RTCConfiguration): RTCConfiguration {
    const own = this.#options.certificate()
    return { ...configuration, ...(own && { certificates: [own] }) }
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

/** It can pass on what it is given. */
function isHeard({ link }: Peer): boolean {
  return link.state.kind === 'connected' && !link.isSilent()
}

/** On the channel it is heard first, and without the server; presence counts until the channel speaks. */
function callOf({ link, call }: Peer): CallPresence {
  return link.isSilent() ? call : (link.remoteCall ?? call)
}

function describe(peer: Peer, quality: Quality): ParticipantSnapshot {
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
    quality,
    voice: link.media.voice,
    camera: hasCamera ? link.media.camera : null,
    screen: hasScreen ? link.media.screen : null,
  }
}
