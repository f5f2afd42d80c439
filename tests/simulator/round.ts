/**
 * One history of a room: three people on four devices, a network and a server that fail. The same seed gives the same.
 *
 * The first page of chat is nearly full when it begins, and many messages are large, so that pages are sealed while
 * people are away. At the end everything is healed, and whatever was done must be there.
 */
import assert from 'node:assert/strict'
import { newPersonId } from '#server/random-id.ts'
import { openStore } from '#server/store/open.ts'
import type { MessageKey } from '#shared/chat/message.ts'
import { seatOf, type RoomId } from '#shared/ids.ts'
import { pageMessagesMax } from '#shared/limits.ts'
import type { ChatRow } from '#web/chat/engine/chat-log.ts'
import { Chance } from '../fuzz/chance.ts'
import { addPast } from '../support/past.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { Archive } from './archive.ts'
import { Net, quiet } from './net.ts'
import { Person, type Self } from './person.ts'
import { SimulatedServer } from './server.ts'

export type Tally = {
  seeds: number
  said: number
  edits: number
  deletions: number
  reactions: number
  strokes: number
  cuts: number
  reloads: number
  kills: number
  seals: number
}

export function emptyTally(): Tally {
  return {
    seeds: 0,
    said: 0,
    edits: 0,
    deletions: 0,
    reactions: 0,
    strokes: 0,
    cuts: 0,
    reloads: 0,
    kills: 0,
    seals: 0,
  }
}

const stepsMax = 260
/** A message of this length is 12 kB: some twenty of them fill a page. */
const large = 'あ'.repeat(3_900)
/** Deliveries and moments after which everything has come about, or never does. */
const healingStepsMax = 20_000

/** Throws where something does not hold. */
export async function playHistory(seed: number, tally: Tally): Promise<void> {
  const dataDir = await makeDataFolder()
  try {
    const history = new History(seed, dataDir, tally)
    await history.play()
  } finally {
    await removeFolder(dataDir)
  }
}

class History {
  readonly #chance: Chance
  readonly #dataDir: string
  readonly #tally: Tally
  readonly #net: Net
  readonly #refused: string[] = []
  readonly #archive: Archive
  readonly #roomId: RoomId
  readonly #pages: Person[]
  readonly #deleted = new Set<string>()
  readonly #said = new Set<string>()
  readonly #tailBefore: number
  #server: SimulatedServer | null = null
  #count = 0

  constructor(seed: number, dataDir: string, tally: Tally) {
    this.#chance = new Chance(seed)
    this.#dataDir = dataDir
    this.#tally = tally
    this.#net = new Net(this.#chance)
    const { roomId, people } = this.#makeRoom()
    this.#roomId = roomId
    this.#archive = new Archive(dataDir, roomId)
    this.#tailBefore = this.#archive.tail()
    const [alice, bob, carol] = people
    assert.ok(alice !== undefined && bob !== undefined && carol !== undefined)
    this.#start()
    // Bob has two devices.
    this.#pages = [alice, bob, bob, carol].map((self) => new Person(self, new Map(), this.#net, this.#chance))
  }

  async play(): Promise<void> {
    for (let left = 40 + this.#chance.below(stepsMax); left > 0; left -= 1) {
      this.#step()
      await quiet()
    }
    await this.#heal()
    this.#check()
    for (const page of this.#pages) page.close()
    this.#server?.kill()
    await quiet()
    this.#archive.check({ deleted: this.#deleted, said: this.#said })
    this.#tally.seals += this.#archive.tail() - this.#tailBefore
    this.#tally.seeds += 1
  }

  #makeRoom(): { roomId: RoomId; people: Self[] } {
    using store = openStore(this.#dataDir)
    store.db.pragma('synchronous = OFF')
    const ids = ['Alice', 'Bob', 'Carol'].map((name) => {
      const id = newPersonId()
      store.people.addGuest({ id, name, nowMs: this.#net.nowMs })
      return id
    })
    const [owner] = ids
    assert.ok(owner !== undefined)
    const past = this.#chance.isLikely(0.7)
      ? pageMessagesMax - 1 - this.#chance.below(12)
      : this.#chance.below(3)
    const roomId = addPast(store, owner, past, this.#net.nowMs)
    for (const personId of ids) store.seats.take({ roomId, personId, role: 'member', nowMs: this.#net.nowMs })
    const people = ids.map((personId): Self => {
      const { seat, role } = store.seats.find(roomId, personId) ?? assert.fail('a seat')
      return { personId, seat, role, roomId, chatTail: store.rooms.chatTail(roomId) }
    })
    return { roomId, people }
  }

  #start(): void {
    this.#server ??= new SimulatedServer(this.#dataDir, () => this.#net.nowMs, this.#refused)
  }

  #kill(): void {
    this.#server?.kill()
    this.#server = null
    this.#tally.kills += 1
    // Whatever anybody was shown as sent is there.
    const there = this.#archive.stamped()
    for (const { chat } of this.#pages)
      for (const { key, number } of chat.rows())
        assert.ok(number === null || there.has(key), `${key} was shown as sent`)
  }

  /** Lets in whoever waits and can be. */
  #accept(): void {
    for (const link of this.#net.links) {
      if (link.server !== null || link.isOver) continue
      if (this.#server === null || !link.owner.isOnline) link.cut()
      else this.#server.accept(link)
    }
  }

  #step(): void {
    this.#accept()
    const dice = this.#chance.below(100)
    if (dice < 45) {
      for (let left = 1 + this.#chance.below(6); left > 0; left -= 1) this.#net.deliver()
    } else if (dice < 55) this.#net.pass(this.#chance.pick([5, 300, 2_500, 40_000]))
    else if (dice < 92) this.#act(this.#chance.pick(this.#pages))
    else if (dice < 95) this.#reload(this.#chance.pick(this.#pages))
    else if (dice < 98) {
      const links = [...this.#net.links]
      if (links.length > 0) this.#chance.pick(links).cut()
      this.#tally.cuts += 1
    } else if (this.#server === null) this.#start()
    else this.#kill()
    if (this.#server === null && this.#chance.isLikely(0.15)) this.#start()
  }

  #act(page: Person): void {
    const { chat } = page
    const rows = chat.rows()
    const own = rows.filter(({ seat }) => seat === page.self.seat)
    switch (this.#chance.below(9)) {
      case 0:
      case 1:
      case 2:
        if (!chat.canWrite && !chat.isLoaded) return
        this.#say(page)
        return
      case 3:
        if (own.length === 0) return
        this.#edit(page, this.#chance.pick(own).key)
        return
      case 4: {
        // The owner may delete anyone's.
        const mine = page.self.role === 'owner' ? rows.slice(-30) : own
        if (mine.length === 0) return
        const { key } = this.#chance.pick(mine)
        this.#deleted.add(key)
        chat.remove(key)
        this.#tally.deletions += 1
        return
      }
      case 5: {
        const sent = rows.filter(({ number }) => number !== null)
        if (sent.length === 0) return
        chat.react(this.#chance.pick(sent).key, this.#chance.pick(['👍', '🎉']))
        this.#tally.reactions += 1
        return
      }
      case 6:
        page.draw()
        this.#tally.strokes += 1
        return
      case 7:
        page.erase()
        return
      default:
        page.setOnline(!page.isOnline)
    }
  }

  #say(page: Person): void {
    const text = `said ${String((this.#count += 1))}.${this.#chance.isLikely(0.5) ? large : ''}`
    const before = new Set(page.chat.rows().map(({ key }) => key))
    page.chat.send(text)
    const row = page.chat.rows().find(({ key }) => !before.has(key)) ?? assert.fail('it is shown at once')
    this.#said.add(row.key)
    this.#tally.said += 1
  }

  #edit(page: Person, key: MessageKey): void {
    page.chat.edit(key, `edited ${String((this.#count += 1))}.`)
    this.#tally.edits += 1
  }

  #reload(page: Person): void {
    page.close()
    page.open()
    this.#tally.reloads += 1
  }

  /** Everybody is there, the server too, until nothing happens any more. */
  async #heal(): Promise<void> {
    this.#start()
    for (const page of this.#pages) if (!page.isOnline) page.setOnline(true)
    for (let left = healingStepsMax; left > 0; left -= 1) {
      this.#accept()
      if (this.#net.deliver()) {
        if (this.#net.links.size === 0 || left % 4 === 0) await quiet()
        continue
      }
      await quiet()
      if (this.#net.deliver()) continue
      for (const { chat } of this.#pages) chat.showLatest()
      if (this.#isHealed()) return
      this.#net.pass(500)
    }
    assert.deepEqual(this.#refused, [], 'an honest page is never refused')
    assert.fail(`it does not come to rest: ${JSON.stringify(this.#pages.map((page) => this.#stateOf(page)))}`)
  }

  #isHealed(): boolean {
    return this.#pages.every(
      ({ session, chat, board }) =>
        session.connection().kind === 'live' &&
        chat.isSynced &&
        !board.state().hasUnsent &&
        chat.rows().every(({ state, number }) => state === 'sent' && number !== null),
    )
  }

  #stateOf({ session, chat, board }: Person): unknown {
    const open = chat.rows().filter(({ number }) => number === null)
    return [
      session.connection(),
      chat.isSynced,
      board.state().hasUnsent,
      open.map(({ key, page }) => [key, page]),
    ]
  }

  #check(): void {
    assert.deepEqual(this.#refused, [], 'an honest page is never refused')
    const [first, ...others] = this.#pages
    assert.ok(first !== undefined)
    for (const other of others) {
      assert.deepEqual(lastRowsOf(other), lastRowsOf(first), 'all see the same')
      assert.deepEqual(
        other.board.doc.getMap('shapes').toJSON(),
        first.board.doc.getMap('shapes').toJSON(),
        'all see the same drawing',
      )
    }
    for (const { board, self } of this.#pages)
      for (const client of board.doc.store.clients.keys())
        assert.ok(seatOf(client) !== null, String(self.seat))
    assert.equal(this.#roomId, first.self.roomId)
  }
}

/** Windows differ in how far back they go. */
function lastRowsOf({ chat }: Person): readonly ChatRow[] {
  return chat.rows().slice(-20)
}
