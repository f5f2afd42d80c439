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
import { newCallSession, readSignalSlot, type CallPresence, type SignalSlot } from '#shared/call/signal.ts'
import type { PresencePort } from '../../sync/ports.ts'
import type { ParticipantSnapshot } from './call.ts'
import { openBeside, type BesideChannels, type ToldCall } from './control.ts'
import type { Ice } from './ice.ts'
import { hear, silent } from './levels.ts'
import { Link } from './link.ts'
import { noTracks, type LineTracks } from './lines.ts'
import { callIn, callOf, describe, isHeard, type Peer } from './peer.ts'
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
  /** Who talks with a participant beside the call, over channels of the same connection. */
  besides?: Besides
  onChange: () => void
}>

/** Takes a participant's channels over until undone: others of theirs take their place. */
export type Besides = (clientId: number, channels: BesideChannels) => Undo

/** What is sent to everyone, and what is said of it. */
export type Outgoing = Readonly<{ tracks: LineTracks } & Omit<CallPresence, 'session'>>

/** How it ended with a session that may still be seen in presence. */
type Ended = Readonly<{ session: string; generation: number; saidBye: boolean }>

/** Goodbyes are on their way within this time; then the connections close. */
const byeMs = 100
/** After the server is back it has said within this time who is there. */
const settleMs = 2_000
/**
 * Who was silent before the server said that it is gone was without a network: its return is what ended the old socket,
 * and a new one is on its way for so long.
 */
const returnMs = 2_500
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
  /** This machine cannot encode all that it should. */
  #isBusy = false
  /** By clientID, who is talked with beside the call. */
  readonly #besides = new Map<number, Undo>()
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
    this.#options.presence.set('call', this.#call)
    this.#tell()
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
      // Who is in the call anew has left it before, whatever the old link still hears. Whom the server bars, or who is
      // out of the room, is heard no more, however much they say (CA6, RO8).
      const isReplaced = call !== null && call.session !== peer.session
      const isOut = state === undefined && presence.hasLeft(peer.clientId)
      const isBarred = isOut || state?.standing?.barred !== undefined
      if (isReplaced || isBarred) this.#remove(peer, false)
      const isUnknown = state === undefined && this.#liveSinceMs !== null
      peer.awaitedUntilMs = isUnknown ? (peer.awaitedUntilMs ?? this.#awaitUntilMs(peer)) : null
      if (isBarred || call !== null || (peer.awaitedUntilMs ?? 0) > this.#nowMs()) continue
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
    for (const end of this.#besides.values()) end()
    for (const link of links) link.bye()
    world.clock.after(byeMs, () => {
      for (const link of links) link[Symbol.dispose]()
    })
  }

  /** Only who still has a connection is waited for: it would be lost. */
  #awaitUntilMs({ link }: Peer): number {
    const { kind } = link.state
    const mayReturn = link.isSilent(true) && (kind === 'connected' || kind === 'interrupted')
    return mayReturn ? this.#nowMs() + returnMs : -Infinity
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
        const link = this.#peers.get(clientId)?.link
        const said = { isSilent: link?.isSilent() ?? true, isBusy: link?.remoteCall?.isBusy === true }
        return [clientId, judgeRemote(own, said, others)]
      }),
    )
    const isBusy = [...stats.values()].some(({ limitedBy }) => limitedBy === 'cpu')
    if (isBusy === this.#isBusy) return
    this.#isBusy = isBusy
    this.#tell()
  }

  /** Tells the others what this one is now, and that it is busy (CA14). */
  #tell(): void {
    for (const { link } of this.#peers.values()) link.tell(this.#told())
  }

  #told(): ToldCall {
    return this.#isBusy ? { ...this.#call, isBusy: true } : this.#call
  }

  #ownCall(): CallPresence {
    const { tracks: _sent, ...said } = this.#outgoing
    return { session: this.#session, ...said }
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
      world: { ...world, connect: (with_) => this.#connect(clientId, with_) },
      configuration: () => this.#signed(ice.configuration ?? configuration),
      isPolite: presence.clientId > clientId,
      session: this.#session,
      remoteSession: call.session,
      generation: isBack ? ended.generation + 1 : 0,
      call: this.#told(),
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
      awaitedUntilMs: null,
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

  /** With channels for what goes on beside the call. */
  #connect(clientId: number, configuration: RTCConfiguration): RTCPeerConnection {
    const { world, besides } = this.#options
    const connection = world.connect(configuration)
    if (besides !== undefined) this.#besides.set(clientId, besides(clientId, openBeside(connection)))
    return connection
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
    this.#besides.get(clientId)?.()
    this.#besides.delete(clientId)
    link[Symbol.dispose]()
    this.#writer.changed()
  }

  #sendToAll(): void {
    const count = this.#peers.size + 1
    for (const { link } of this.#peers.values()) link.send(this.#outgoing.tracks, count)
  }
}
