/**
 * A document behind the guard, and what must hold of it whoever writes: nothing throws, nothing waits for what never
 * comes, nobody changes what is another's, and the log gives the same document again.
 */
import assert from 'node:assert/strict'
import * as Y from 'yjs'
import { ChatIndex } from '#server/chat/chat-index.ts'
import { ChatPage } from '#server/chat/chat-page.ts'
import { inspectUpdate, type Verdict } from '#server/sync/guard.ts'
import { isShapeRow, parseShapeKey } from '#shared/board/shape.ts'
import { chatLimits } from '#shared/chat/limits.ts'
import { isMessageValue, parseMessageKey } from '#shared/chat/message.ts'
import { voidsOf } from '#shared/chat/page-rules.ts'
import { isReactionValue, parseReactionKey } from '#shared/chat/reaction.ts'
import { clientIdOf, seatOf, serverSeat, type RoomId, type Seat } from '#shared/ids.ts'
import { rootsByKind, type DocumentKind } from '#shared/room.ts'
import { policies } from '#shared/sync/policy.ts'
import { changeOf, replicaOf } from '../support/seated.ts'

export type FuzzedKind = Exclude<DocumentKind, 'room'>

const roomId = 'r'.repeat(22) as RoomId

/** An index that has nothing and keeps nothing. */
const noTables = {
  rooms: {
    chatTail: () => 0,
    setChatTail: () => undefined,
    addMessage: () => undefined,
    messageCount: () => 0,
  },
  messages: {
    has: () => false,
    newestKey: () => null,
    add: () => true,
    edit: () => undefined,
    remove: () => undefined,
    takeInTexts: () => undefined,
    threadOf: () => null,
    threadPages: () => [],
    newestIn: () => [],
  },
  pins: { has: () => false, list: () => [], remove: () => false },
  reports: { remove: () => false },
  files: { refer: () => undefined },
}

type Sent = Readonly<{ seat: Seat; update: Uint8Array; isHandshake: boolean }>

export class World {
  readonly kind: FuzzedKind
  readonly doc: Y.Doc
  readonly #log: Uint8Array[] = []
  readonly #page: ChatPage | null

  constructor(kind: FuzzedKind) {
    this.kind = kind
    this.doc = replicaOf(serverSeat, kind)
    const index = new ChatIndex(noTables)
    this.#page =
      kind === 'chat'
        ? new ChatPage({ roomId, page: 0, doc: this.doc, index, limits: chatLimits.page })
        : null
  }

  /** As the server takes an update in. Throws where something does not hold. */
  take({ seat, update, isHandshake }: Sent): Verdict {
    const before = { state: Y.encodeStateAsUpdate(this.doc), others: this.#ofOthers(seat) }
    const verdict = inspectUpdate(update, {
      doc: this.doc,
      policy: policies[this.kind],
      writer: { seat, role: 'member', canDraw: true, canPost: true },
      isHandshake,
      voidsOf: (entries) =>
        this.#page === null
          ? new Map()
          : voidsOf(
              entries,
              this.#page.view(() => true),
            ),
    })
    assert.deepEqual(Y.encodeStateAsUpdate(this.doc), before.state, 'looking changes nothing')
    if (verdict.outcome !== 'admit') return verdict
    this.#log.push(verdict.update)
    const changed = this.doc.transact((transaction) => {
      Y.applyUpdate(this.doc, verdict.update)
      return this.#page?.changedIn(transaction) ?? []
    })
    assert.equal(this.doc.store.pendingStructs, null, 'no struct waits')
    assert.equal(this.doc.store.pendingDs, null, 'no deletion waits')
    assert.deepEqual(this.#ofOthers(seat), before.others, 'what others wrote is as it was')
    this.#checkSchema()
    this.#settle(changed)
    for (const [{ root, key }] of verdict.voids)
      assert.equal(this.#newestIsVoid(root, key), true, `${root} ${key} is void`)
    return verdict
  }

  /** The log, and the document as it is sent to a new reader, give the same again. */
  checkReload(): void {
    const fromLog = replicaOf(serverSeat, this.kind, 2)
    for (const update of this.#log) Y.applyUpdate(fromLog, update)
    const sent = replicaOf(serverSeat, this.kind, 2)
    Y.applyUpdate(sent, Y.encodeStateAsUpdate(this.doc))
    for (const doc of [fromLog, sent]) {
      assert.deepEqual(shownIn(doc, this.kind), shownIn(this.doc, this.kind))
      assert.deepEqual(Y.decodeStateVector(Y.encodeStateVector(doc)), this.#clocks())
      assert.equal(doc.store.pendingStructs, null)
    }
  }

  #clocks(): Map<number, number> {
    return Y.decodeStateVector(Y.encodeStateVector(this.doc))
  }

  /** What this seat has no right to change: on a board everyone may change every row, but signs with their own id. */
  #ofOthers(seat: Seat): unknown {
    const clocks = [...this.#clocks()].filter(([client]) => seatOf(client) !== seat).sort()
    if (this.kind === 'board') return { clocks }
    const messages = [...this.doc.getMap('m')].filter(([key]) => parseMessageKey(key)?.seat !== seat).sort()
    const reactions = [...this.doc.getMap('r')].filter(([key]) => parseReactionKey(key)?.seat !== seat).sort()
    return { clocks, messages, reactions, stamps: this.doc.getArray('s').toJSON() }
  }

  #checkSchema(): void {
    assert.deepEqual([...this.doc.share.keys()], [...rootsByKind[this.kind]], 'no root was made')
    if (this.kind === 'chat') {
      for (const [key, value] of this.doc.getMap('m'))
        assert.ok(parseMessageKey(key) !== null && isMessageValue(value), `a message: ${key}`)
      for (const [key, value] of this.doc.getMap('r'))
        assert.ok(parseReactionKey(key) !== null && isReactionValue(value), `a reaction: ${key}`)
    } else {
      for (const [key, value] of this.doc.getMap('shapes'))
        assert.ok(parseShapeKey(key) !== null && isShapeRow(value), `a shape: ${key}`)
    }
  }

  #settle(changed: readonly string[]): void {
    this.doc.clientID = clientIdOf(serverSeat, 1)
    if (this.#page !== null) this.#log.push(changeOf(this.doc, () => this.#page?.settle(changed, 1)))
  }

  /** What is void was deleted before, and still is. */
  #newestIsVoid(root: string, key: string): boolean {
    return !this.doc.getMap(root).has(key)
  }
}

/** What a reader sees of a document. */
export function shownIn(doc: Y.Doc, kind: FuzzedKind): unknown {
  return kind === 'chat'
    ? {
        m: doc.getMap('m').toJSON(),
        r: doc.getMap('r').toJSON(),
        s: doc.getArray('s').toJSON(),
        p: doc.getMap('p').toJSON(),
      }
    : { shapes: doc.getMap('shapes').toJSON() }
}
