/**
 * What must hold of every history. `Observer` sees to those that hold at any moment; here are those that hold once
 * everybody is online, and everything has arrived.
 *
 *     I1   every entry is under the seat of who wrote it, and every shape as it was drawn
 *     I2   every value is as the schema has it
 *     I3   the server alone writes stamps, headers and the room
 *     I4   stamps are unique in the room, and count without gaps over its pages
 *     I5   a stamp never changes, so no message moves
 *     I6   nothing is ordered above what arrived 30 s before
 *     I7   an honest page is never refused
 *     I8   what was deleted never returns
 *     I9   what was deleted or replaced is nowhere on the disk
 *     I10  what was said is there once, unless it was deleted or waits where it was written
 *     I11  what anybody was shown as sent is on the disk, also after the server was killed
 *     I12  all replicas are the server's, and what the disk gives
 *     I13  pages keep to their limits, and sealed ones to their messages
 *     I14  the index made anew is the one there is
 *     I15  the room's count of messages is that of its stamps
 *     I16  the newest page, and no other, is not sealed
 *     I17  messages of one page of chat that came in their order are shown in it
 *     I18  every outbox is empty
 *
 * And of what those in a call tell each other without the server (DP1–DP5):
 *
 *     I19  what was only told is in no replica, on no device and on no disk
 *     I20  what is shown as told was told by whom it is shown of, and may be told by them
 *     I21  it is gone, or come through the server, 3 s after its teller went or said that the server has it, while the
 *          server is heard
 *     I22  nothing is told while both ends hear the server, and nothing that one has not changed oneself
 *     I23  nobody honest is given up by anybody honest
 *     I24  those who hear each other, and had agreed before the server went away from all, are shown the same
 *     I25  what they were shown is what is there once the server is back
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as Y from 'yjs'
import { indexRooms } from '#server/chat/reindex.ts'
import { compareMessages } from '#shared/chat/order.ts'
import { createLog } from '#server/log.ts'
import { closeCodes } from '#shared/wire/close-codes.ts'
import { outboxName, type Device } from './device.ts'
import type { Ledger, Said } from './ledger.ts'
import type { Link } from './network.ts'
import { rootsOf, type PageOnDisk } from './observer.ts'
import type { Page } from './page.ts'
import { roomId, type Member, type SimulatedServer } from './server.ts'

/** What ends a socket without anybody's fault. */
const innocentCodes = new Set<number>([
  1006,
  closeCodes.goingAway,
  closeCodes.readOnly,
  // The network held its first frames back, or did not tell the server that the socket before is gone.
  closeCodes.tooSlow,
  closeCodes.duplicate,
])

export function checkEnd(link: Link, hasEverLeft: boolean): void {
  const end = link.server.closedWith
  if (end === null || innocentCodes.has(end.code)) return
  const isExpected = hasEverLeft && end.code === closeCodes.forbidden
  assert.ok(isExpected, `I7 an honest page was refused with ${end.code} ${end.reason}`)
}

/** `isHere` tells whether somebody may still deliver what they have said. */
export function checkSaid(
  ledger: Ledger,
  chain: readonly PageOnDisk[],
  isHere: (said: Said) => boolean,
  waits: (said: Said) => boolean,
): void {
  const stamped = new Set<string>(chain.flatMap(({ stamps }) => stamps.map(({ key }) => key)))
  const live = new Map(chain.flatMap(({ messages }) => [...messages]))
  for (const said of ledger.said.values()) {
    const text = live.get(said.key)?.x
    if (text !== undefined) assert.ok(said.texts.includes(text), `I10 ${said.key} says what its author said`)
    if (text !== undefined || said.isRemoved || said.mayBeLost) continue
    assert.ok(!stamped.has(said.key), `I10 ${said.key} is gone, and nobody has deleted it`)
    assert.ok(!isHere(said) && waits(said), `I10 ${said.key} was said, and is nowhere: ${said.texts.join()}`)
  }
  for (const key of stamped) assert.ok(ledger.said.has(key), `I10 nobody has said ${key}`)
}

export function checkDrawn(ledger: Ledger, board: Y.Doc, isHere: (by: Page) => boolean): void {
  const shapes = board.getMap('shapes')
  for (const id of ledger.shapes(isHere)) assert.ok(shapes.has(id), `I10 ${id} was drawn, and is nowhere`)
}

export function checkOrder(ledger: Ledger, chain: readonly PageOnDisk[]): void {
  const saidAt = new Map([...ledger.said.values()].map(({ key }, index) => [key as string, index]))
  for (const { stamps, messages } of chain)
    for (const [index, later] of stamps.entries())
      for (const earlier of stamps.slice(0, index)) {
        const [one, two] = [ledger.said.get(earlier.key), ledger.said.get(later.key)]
        if (one === undefined || two === undefined || one.by !== two.by || one.isRemoved) continue
        if (one.isForged || two.isForged) continue
        if ((saidAt.get(one.key) ?? 0) > (saidAt.get(two.key) ?? 0)) continue
        const [a, b] = [messages.get(earlier.key), messages.get(later.key)]
        if (a === undefined || b === undefined) continue
        const isAbove = compareMessages({ ...earlier, l: a.l }, { ...later, l: b.l }) < 0
        assert.ok(isAbove, `I17 ${earlier.key} was said before ${later.key}, and is shown after it`)
      }
}

export function checkOutboxes(devices: Iterable<Readonly<{ member: Member; device: Device }>>): void {
  for (const { member, device } of devices)
    assert.deepEqual([...device.entries(outboxName(member)).keys()], [], `I18 the outbox of ${member.name}`)
}

export function checkSame(name: string, a: Y.Doc, b: Y.Doc): void {
  assert.deepEqual(stateOf(name, a), stateOf(name, b), `I12 ${name}`)
}

function stateOf(name: string, doc: Y.Doc): unknown {
  const { sv, ds } = Y.snapshot(doc)
  const deleted = [...ds.clients].map(([client, ranges]) => [
    client,
    ranges.map(({ clock, len }) => [clock, len]),
  ])
  const content = rootsOf(name).map(
    (root) => (root === 's' ? doc.getArray(root) : doc.getMap(root)).toJSON() as unknown,
  )
  return { clocks: sorted(sv), deleted: sorted(deleted as [number, unknown][]), content }
}

function sorted(entries: Iterable<readonly [number, unknown]>): unknown {
  return [...entries].sort(([a], [b]) => a - b)
}

export function checkIndex(server: SimulatedServer): void {
  const { store } = server
  const messages = store.db.prepare('SELECT key, page, at FROM message WHERE room_id = ? ORDER BY id')
  const texts = store.db.prepare(`
    SELECT m.key, t.room, t.text
    FROM (SELECT rowid AS id, room, text FROM message_text UNION ALL SELECT * FROM message_text_fresh) t
    LEFT JOIN message m ON m.id = t.id ORDER BY m.id`)
  const mentions = store.db.prepare(`
    SELECT n.seat, n.number, m.key FROM mention n JOIN message m ON m.id = n.message_id ORDER BY 1, 2`)
  const index = (): unknown => ({
    messages: messages.all(roomId),
    texts: texts.all(),
    mentions: mentions.all(),
  })
  const before = index()
  store.db.exec('BEGIN')
  try {
    store.db.exec('UPDATE room SET is_indexed = 0')
    indexRooms({
      store,
      read: (name, doc) => {
        server.read(name, doc)
      },
      log: createLog('silent'),
    })
    assert.deepEqual(index(), before, 'I14 the index')
  } finally {
    store.db.exec('ROLLBACK')
  }
}

/** After all that was to be forgotten has been. */
export function checkForgotten(
  ledger: Ledger,
  chain: readonly PageOnDisk[],
  { files }: SimulatedServer,
): void {
  const live = new Set(chain.flatMap(({ messages }) => [...messages.values()].map(({ x }) => x)))
  const bytes = files.map((file) => readFileSync(file))
  for (const { key, texts } of ledger.said.values())
    for (const text of texts) {
      if (live.has(text)) continue
      assert.ok(!bytes.some((each) => each.includes(text)), `I9 the disk still has ‘${text}’ of ${key}`)
    }
}
