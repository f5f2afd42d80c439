/**
 * One history of one room: people, their devices and pages, the network and the server, moved by chance alone.
 *
 * Both ends are the real code. The same seed gives the same history.
 */
import assert from 'node:assert/strict'
import type { Seat } from '#shared/ids.ts'
import { readVoids } from '#shared/wire/notes.ts'
import { Chance } from '../support/chance.ts'
import { actions, type Action } from './actions.ts'
import { Call } from './call.ts'
import { castOf } from './cast.ts'
import { Device, outboxName } from './device.ts'
import {
  checkDrawn,
  checkEnd,
  checkForgotten,
  checkIndex,
  checkOrder,
  checkOutboxes,
  checkSaid,
  checkSame,
} from './invariants.ts'
import { checkKept, checkLies } from './kept.ts'
import { Ledger } from './ledger.ts'
import type { Link, Side } from './network.ts'
import { boardName, chatName, Observer, roomName } from './observer.ts'
import { Page } from './page.ts'
import { roomId, SimulatedServer, visitorOf, type Member } from './server.ts'
import { count, type Tally } from './tally.ts'
import { quiet, VirtualTime } from './time.ts'

const stepsMax = 240
const stepsBetweenLooks = 10
/** Longer than any wait of either end. */
const healMsMax = 600_000
const stepOfHealingMs = 250
/** What would end an outage, or begin another. */
const bringsServer = new Set(['server started', 'outages'])
/** After the last deletion, to leave the disk. */
const forgetMs = 20_000

export class History implements Disposable {
  readonly chance: Chance
  readonly time = new VirtualTime()
  readonly tally: Tally = new Map()
  readonly ledger = new Ledger()
  /** What was done, oldest first. */
  readonly trace: string[] = []
  readonly members: readonly Member[]
  readonly server: SimulatedServer
  readonly devices: readonly Readonly<{ member: Member; device: Device }>[]
  readonly pages = new Set<Page>()
  readonly links = new Set<Link>()
  readonly call: Call
  readonly #left = new Set<Member>()
  readonly #everLeft = new Set<Member>()
  readonly #pageByLink = new Map<Link, Page>()
  readonly #observer: Observer
  readonly #installed: Disposable
  readonly #wanted: readonly Readonly<{ action: Action; weight: number }>[]

  constructor(seed: number) {
    this.#installed = this.time.install()
    this.chance = new Chance(seed)
    this.members = castOf(this.chance)
    this.call = new Call(this.time, this.chance)
    this.server = new SimulatedServer(this.time, this.members)
    this.devices = this.members.flatMap((member) =>
      this.chance.some(2, () => ({ member, device: new Device(this.time, this.chance) })),
    )
    this.#observer = new Observer(this.server, this.ledger)
    // Each history has a temper of its own: some things happen often in it, and some never.
    this.#wanted = actions.map((action) => ({
      action,
      weight: action.weight * (action.isVital === true ? 1 : this.chance.pick([0, 0.5, 1, 1, 3])),
    }))
  }

  /** Throws where something does not hold. */
  async play(): Promise<void> {
    for (const { member, device } of this.devices) this.openPage(member, device)
    for (let step = 0, steps = 40 + this.chance.below(stepsMax - 40); step < steps; step += 1) {
      await this.#step()
      if (step % stepsBetweenLooks === 0) this.look()
    }
    await this.#heal()
    await this.#checkAll()
  }

  note(what: string): void {
    this.trace.push(`${(this.time.elapsedMs / 1000).toFixed(3).padStart(9)}  ${what}`)
  }

  look(): void {
    // What is not flushed yet may still go; nobody has seen it.
    if (this.server.isUp && this.server.isFlushed) this.#observer.look(this.pages)
    this.#checkEnds()
    this.call.check()
  }

  /** I7 */
  #checkEnds(): void {
    assert.deepEqual(this.server.refusals, [], 'I7 an update of an honest page was refused')
    for (const page of this.pages)
      if (!this.#everLeft.has(page.member)) assert.equal(page.endCode, null, 'I7 an honest page was ended')
    for (const [link, page] of this.#pageByLink) {
      checkEnd(link, this.#everLeft.has(page.member))
      if (link.isCut && link.waiting('page') + link.waiting('server') === 0) this.links.delete(link)
      if (!this.links.has(link)) this.#pageByLink.delete(link)
    }
  }

  nameOf(page: Page): string {
    const at = this.devices.findIndex(({ device }) => device === page.device)
    return `${page.member.name} (device ${String(at)})`
  }

  isHere(member: Member): boolean {
    return !this.#left.has(member)
  }

  openPage(member: Member, device: Device): Page | null {
    if (!this.isHere(member)) return null
    const seat = this.#seatOf(member)
    // What is not on disk yet no answer tells (W5).
    if (this.server.isUp && this.server.isFlushed) device.chatTail = this.server.store.rooms.chatTail(roomId)
    const { time, chance } = this
    const page = new Page({
      member,
      seat,
      role: member.role,
      device,
      chatTail: device.chatTail,
      time,
      chance,
      isOnline: true,
      onLink: (link, of) => {
        this.links.add(link)
        this.#pageByLink.set(link, of)
      },
      onNote: (text) => {
        for (const [, code] of readVoids(text)) count(this.tally, `void: ${code}`)
      },
      onDraw: (key, value, by) => {
        this.ledger.draw(by, key, value)
      },
    })
    this.pages.add(page)
    return page
  }

  closePage(page: Page): void {
    this.call.leave(page)
    page.close()
    this.pages.delete(page)
  }

  kill(page: Page): void {
    const kept = page.device.entries(outboxName(page.member))
    this.ledger.loseUnkept(page, (key) => kept.has(`message/${key}`))
    this.call.leave(page, false)
    page.die()
    this.pages.delete(page)
  }

  leave(member: Member): void {
    this.#left.add(member)
    this.#everLeft.add(member)
    for (const page of this.pages) if (page.member === member) this.call.leave(page)
    this.server.rooms.leave(visitorOf(member), roomId)
  }

  comeBack(member: Member): void {
    this.#left.delete(member)
    this.server.rooms.seat(member.personId, roomId, member.role)
    for (const page of [...this.pages])
      if (page.member === member) {
        this.closePage(page)
        this.openPage(member, page.device)
      }
  }

  /** Answers a page that wants a socket. */
  answer(link: Link): void {
    const page = this.#pageByLink.get(link)
    if (page === undefined || !page.isOnline || !this.server.isUp) link.cut('page', 0, true)
    else this.server.accept(link, page.member.personId)
  }

  async deliver(link: Link, to: Side): Promise<void> {
    link.deliver(to)
    await quiet()
  }

  killServer(): void {
    this.server.kill()
    this.breakLinks()
  }

  /** From everybody at once, who notice. */
  loseServer(): void {
    this.server.kill()
    for (const link of this.links) {
      link.cut('server', 0, false)
      link.cut('page', 0, true)
      link.deliver('page')
    }
  }

  breakLinks(): void {
    for (const link of this.links) {
      if (link.isWanted) continue
      link.cut('server', 0, false)
      link.cut('page', this.chance.below(link.waiting('page') + 1), this.chance.isLikely(0.8))
    }
  }

  async stepWithoutServer(): Promise<void> {
    await this.#step(this.#wanted.filter(({ action }) => !bringsServer.has(action.name)))
  }

  async #step(wanted = this.#wanted): Promise<void> {
    const total = wanted.reduce((sum, { weight }) => sum + weight, 0)
    let at = this.chance.next() * total
    for (const { action, weight } of wanted) {
      at -= weight
      if (at > 0) continue
      // No two things happen in the same millisecond of anybody's clock.
      this.time.tick()
      const did = await action.run(this)
      if (did !== null) count(this.tally, action.name)
      if (did !== null && did !== '') this.note(did)
      await quiet()
      return
    }
  }

  /** Everybody who is here hears the server, and has all of it, as it has theirs. */
  async agree(): Promise<void> {
    for (const page of this.#herePages()) {
      page.setOnline(true)
      page.chat.showLatest()
    }
    // Also those who have not noticed yet that their socket is dead.
    await this.#until(() => this.#herePages().every((page) => page.isDone && page.link?.isCut === false))
  }

  /** Everybody comes back, and everything arrives. */
  async #heal(): Promise<void> {
    this.note('everything heals')
    if (!this.server.isUp) this.server.start()
    for (const member of this.members)
      if (!this.isHere(member) && this.chance.isLikely(0.5)) this.comeBack(member)
    for (const { member, device } of this.devices)
      if (![...this.pages].some((page) => page.device === device)) this.openPage(member, device)
    this.call.leaveLiars()
    this.call.mesh.heal()
    await this.agree()
    // What a page that is gone has left behind is said by the next one that is opened.
    for (const { member, device } of this.devices)
      if (device.entries(outboxName(member)).size > 0) this.openPage(member, device)
    await this.#until(() => this.#herePages().every((page) => page.isDone && this.#isOutboxEmpty(page)))
    await this.calm(forgetMs)
  }

  async #until(isDone: () => boolean): Promise<void> {
    const isIdle = (): boolean =>
      [...this.links].every((link) => link.waiting('page') + link.waiting('server') === 0)
    const endMs = this.time.elapsedMs + healMsMax
    while (!isIdle() || !isDone()) {
      if (this.time.elapsedMs > endMs) throw new Error(`it never heals: ${this.#waitingFor()}`)
      await this.calm(stepOfHealingMs)
      this.#checkEnds()
      this.call.check()
    }
  }

  /** Time passes, and nothing is held up. */
  async calm(ms: number): Promise<void> {
    for (const endMs = this.time.elapsedMs + ms; this.time.elapsedMs < endMs;) {
      await this.#deliverAll()
      await this.time.pass(stepOfHealingMs)
    }
  }

  async #deliverAll(): Promise<void> {
    for (const link of this.links) {
      if (link.isWanted) this.answer(link)
      for (const side of ['server', 'page'] as const)
        while (link.waiting(side) > 0) await this.deliver(link, side)
    }
    await this.time.endTurn()
  }

  #seatOf(member: Member): Seat {
    return (this.members.indexOf(member) + 1) as Seat
  }

  #herePages(): readonly Page[] {
    return [...this.pages].filter(({ member }) => this.isHere(member))
  }

  #isOutboxEmpty({ device, member }: Page): boolean {
    return device.entries(outboxName(member)).size === 0
  }

  #waitingFor(): string {
    return this.#herePages()
      .filter((page) => !page.isDone || !this.#isOutboxEmpty(page))
      .map((page) => {
        const rows = page.rows().filter(({ state }) => state !== 'sent')
        const unsent = [...page.openPages].filter(([, port]) => port.state().hasUnsent).map(([page]) => page)
        const kept = [...page.device.entries(outboxName(page.member)).keys()]
        return [
          this.nameOf(page),
          page.session.connection().kind,
          `sending ${rows.map(({ key }) => key).join()}`,
          `unsent on pages ${unsent.join()}`,
          `kept ${kept.join()}`,
        ].join('; ')
      })
      .join('\n')
  }

  async #checkAll(): Promise<void> {
    this.look()
    const chain = this.#observer.look(this.pages)
    count(this.tally, 'seals', chain.length - 1)
    count(this.tally, 'messages', this.ledger.said.size)
    checkSaid(
      this.ledger,
      chain,
      ({ by }) => this.isHere(by.member),
      ({ key, by }) => by.device.entries(outboxName(by.member)).has(`message/${key}`) || by.shows(key),
    )
    checkOrder(this.ledger, chain)
    checkOutboxes(this.devices.filter(({ member }) => this.isHere(member)))
    checkIndex(this.server)
    checkForgotten(this.ledger, chain, this.server)
    checkDrawn(this.ledger, this.#observer.read(boardName), ({ member }) => this.isHere(member))
    this.call.checkNothingTold()
    this.#checkDevices(chain.length)
    await this.#checkReplicas(chain.length)
  }

  /** I19 */
  #checkDevices(pageCount: number): void {
    const names = [...Array.from({ length: pageCount }, (_, page) => chatName(page)), boardName, roomName]
    const onDisk = new Map(names.map((name) => [name, this.#observer.read(name)]))
    for (const { member, device } of this.devices)
      checkKept({ member, device }, this.#seatOf(member), this.ledger, (name) => onDisk.get(name) ?? null)
    if (this.call.liar !== null)
      checkLies(
        this.call.liar,
        this.server,
        this.devices.map(({ device }) => device),
      )
  }

  /** Each device's, and that of somebody who comes with nothing and is given all that the server has in memory. */
  async #checkReplicas(pageCount: number): Promise<void> {
    const [owner] = this.members
    if (owner === undefined) return
    const devices = this.devices.filter(({ member }) => this.isHere(member))
    for (const { member, device } of [
      ...devices,
      { member: owner, device: new Device(this.time, this.chance) },
    ]) {
      const page = this.openPage(member, device)
      if (page === null) continue
      const ports = Array.from({ length: pageCount }, (_, number) => page.session.openChat(number))
      const all = [...ports, page.boardPort, page.session.room]
      const isSynced = (): boolean => all.every((port) => port.state().isSynced && !port.state().hasUnsent)
      await this.#until(isSynced)
      const names = [...ports.keys()].map(chatName)
      for (const [index, name] of [...names, boardName, roomName].entries()) {
        const port = all[index]
        if (port !== undefined) checkSame(name, port.doc, this.#observer.read(name))
      }
      for (const port of ports) port[Symbol.dispose]()
      this.closePage(page)
    }
  }

  [Symbol.dispose](): void {
    this.server[Symbol.dispose]()
    this.#installed[Symbol.dispose]()
  }
}
