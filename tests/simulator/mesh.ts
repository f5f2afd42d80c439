/**
 * The call of a history: who is in it, and a data channel between each two, as the call's engine gives them to the
 * documents.
 *
 * Two find each other only while both hear the server, which brings their signals. From then on their connection needs
 * no server: chance holds it up, breaks it and has it made anew, or ends it, whatever the server does meanwhile.
 */
import type { PipeChannel } from '#web/sync/direct/pipe.ts'
import type { Undo } from '#web/sync/ports.ts'
import type { Chance } from '../support/chance.ts'
import { SimulatedChannel, type Tap } from './channel.ts'
import type { Page } from './page.ts'
import type { VirtualTime } from './time.ts'

export type Participant = Readonly<{
  clientId: number
  page: Page
  /** It runs the real code. */
  isHonest: boolean
  /** Talks with another over this channel until that is undone. */
  add(clientId: number, channel: PipeChannel): Undo
}>

type Pair = {
  readonly members: readonly [Participant, Participant]
  readonly undos: Map<Participant, Undo>
  channel: SimulatedChannel<Participant>
  isHeld: boolean
}

/** Until an end has noticed that a connection broke, and a new one is there. */
const noticeMsMax = 3_000
/** Until somebody who went without a word is believed to be gone. */
const silenceMsMax = 20_000

export type MeshTap = Tap<Participant> &
  Readonly<{
    /** The other is gone for this one. */
    parted(who: Participant, other: Participant): void
  }>

export class Mesh {
  readonly participants = new Set<Participant>()
  readonly #pairs = new Set<Pair>()
  readonly #time: VirtualTime
  readonly #chance: Chance
  readonly #tap: MeshTap

  constructor(time: VirtualTime, chance: Chance, tap: MeshTap) {
    this.#time = time
    this.#chance = chance
    this.#tap = tap
  }

  get pairCount(): number {
    return this.#pairs.size
  }

  join(participant: Participant): void {
    this.participants.add(participant)
    this.connect()
  }

  /** With a goodbye, or as who dies: then the others notice late. */
  leave(participant: Participant, saysBye: boolean): void {
    this.participants.delete(participant)
    for (const pair of this.#pairs) {
      const other = otherOf(pair, participant)
      if (other === null) continue
      this.#pairs.delete(pair)
      if (saysBye) pair.undos.get(participant)?.()
      else pair.channel.break()
      this.#time.after(this, this.#chance.below(saysBye ? 100 : silenceMsMax), () => {
        this.#part(pair, other, participant)
      })
    }
  }

  /** Gives a channel to each two that can find each other now. */
  connect(): void {
    const all = [...this.participants]
    for (const [index, one] of all.entries())
      for (const two of all.slice(index + 1))
        if (one.page.isLive && two.page.isLive && this.#pairOf(one, two) === null) this.#add([one, two])
  }

  /** A connection is lost, and made anew: with it what was on its way. */
  breakOne(): boolean {
    if (this.#pairs.size === 0) return false
    const pair = this.#chance.pick([...this.#pairs])
    pair.channel.break()
    const channel = this.#newChannel(pair.members)
    pair.channel = channel
    channel.hold(pair.isHeld)
    const noticed = new Set<Participant>()
    for (const member of pair.members)
      this.#time.after(this, this.#chance.below(noticeMsMax), () => {
        // It may have gone meanwhile, or broken again.
        if (!this.#pairs.has(pair) || pair.channel !== channel) return
        this.#give(pair, member)
        noticed.add(member)
        if (noticed.size === pair.members.length) channel.open()
      })
    return true
  }

  /** Two give each other up, until both hear the server again. */
  endOne(): boolean {
    if (this.#pairs.size === 0) return false
    const pair = this.#chance.pick([...this.#pairs])
    this.#pairs.delete(pair)
    const [one, two] = pair.members
    this.#part(pair, one, two)
    this.#time.after(this, this.#chance.below(noticeMsMax), () => {
      this.#part(pair, two, one)
    })
    return true
  }

  holdOne(): boolean {
    if (this.#pairs.size === 0) return false
    const pair = this.#chance.pick([...this.#pairs])
    hold(pair, !pair.isHeld)
    return true
  }

  /** Nothing passes between some and the others. */
  partition(): boolean {
    if (this.#pairs.size < 2) return false
    const some = new Set([...this.participants].filter(() => this.#chance.isLikely(0.5)))
    for (const pair of this.#pairs) {
      const [one, two] = pair.members
      if (some.has(one) !== some.has(two)) hold(pair, true)
    }
    return true
  }

  heal(): void {
    for (const pair of this.#pairs) hold(pair, false)
  }

  get isIdle(): boolean {
    return [...this.#pairs].every(({ channel }) => channel.isIdle)
  }

  isUp(one: Participant, two: Participant): boolean {
    return this.#pairOf(one, two)?.channel.isUp === true
  }

  #pairOf(one: Participant, two: Participant): Pair | null {
    for (const pair of this.#pairs) if (otherOf(pair, one) === two) return pair
    return null
  }

  #add(members: readonly [Participant, Participant]): void {
    const channel = this.#newChannel(members)
    const pair: Pair = { members, undos: new Map(), channel, isHeld: false }
    this.#pairs.add(pair)
    for (const member of members) this.#give(pair, member)
    this.#time.after(this, this.#chance.below(100), () => {
      channel.open()
    })
  }

  #give(pair: Pair, member: Participant): void {
    const other = otherOf(pair, member)
    const end = pair.channel.ends.find(({ who }) => who === member)
    if (other === null || end === undefined) return
    // It begins anew with another that it has talked with over a channel before.
    this.#tap.parted(member, other)
    pair.undos.set(member, member.add(other.clientId, end))
  }

  /** Whoever has left has been undone by then. */
  #part(pair: Pair, who: Participant, other: Participant): void {
    if (!this.participants.has(who)) return
    pair.undos.get(who)?.()
    // They may have found each other again.
    if (this.#pairOf(who, other) === null) this.#tap.parted(who, other)
  }

  #newChannel(members: readonly [Participant, Participant]): SimulatedChannel<Participant> {
    return new SimulatedChannel(this.#time, this.#chance, this.#tap, members)
  }
}

function otherOf({ members: [one, two] }: Pair, participant: Participant): Participant | null {
  if (one === participant) return two
  return two === participant ? one : null
}

function hold(pair: Pair, isHeld: boolean): void {
  pair.isHeld = isHeld
  pair.channel.hold(isHeld)
}
