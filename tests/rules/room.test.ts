/** A room's documents by name, and what each role may do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { drawings } from '#shared/drawing.ts'
import { idFromBytes, idSizeBytes, type RoomId, type Seat, type SheetId } from '#shared/ids.ts'
import { postings } from '#shared/posting.ts'
import {
  documentName,
  may,
  mayDraw,
  mayMake,
  mayPost,
  mayPutOut,
  parseDocumentName,
  rootsByKind,
  type DocumentRef,
  type Drawing,
  type Posting,
  type Role,
  type RoomAction,
} from '#shared/room.ts'
import { policies } from '#shared/sync/policy.ts'

const roomIds = fc
  .uint8Array({ minLength: idSizeBytes, maxLength: idSizeBytes })
  .map((bytes) => idFromBytes(bytes) as RoomId)
const sheetIds = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/).map((id) => id as SheetId)
const refs: fc.Arbitrary<DocumentRef> = fc.oneof(
  roomIds.map((roomId) => ({ kind: 'room' as const, roomId })),
  fc
    .tuple(roomIds, fc.integer({ min: 0, max: 999_999_999 }))
    .map(([roomId, page]) => ({ kind: 'chat' as const, roomId, page })),
  fc.tuple(roomIds, sheetIds).map(([roomId, sheetId]) => ({ kind: 'board' as const, roomId, sheetId })),
)

const room = 'R'.repeat(22)

test('[D1] every document is found again by its name', () => {
  fc.assert(
    fc.property(refs, (ref) => {
      assert.deepEqual(parseDocumentName(documentName(ref)), ref)
    }),
  )
})

test('[D1] the three forms of a name', () => {
  const roomId = room as RoomId
  assert.equal(documentName({ kind: 'room', roomId }), `room/${room}`)
  assert.equal(documentName({ kind: 'chat', roomId, page: 12 }), `chat/${room}/12`)
  assert.equal(documentName({ kind: 'board', roomId, sheetId: 'main' as SheetId }), `board/${room}/main`)
})

test('[D1] [W-07] no other name is a document’s', () => {
  const wrong = [
    '',
    ' ',
    '\0',
    '__proto__',
    'constructor',
    '../x',
    'room',
    'room/',
    `room/${room}/`,
    `room/${room}/0`,
    `ROOM/${room}`,
    `room/${room}\n`,
    `room/${room.slice(1)}`,
    `room/${room}R`,
    `chat/${room}`,
    `chat/${room}/`,
    `chat/${room}/-1`,
    `chat/${room}/00`,
    `chat/${room}/1e3`,
    `chat/${room}/0x1`,
    `chat/${room}/1000000000`,
    `chat/${room}/0/0`,
    `chat/${room}/٣`,
    `board/${room}/`,
    `board/${room}/${'x'.repeat(65)}`,
    `board/${room}/\u202Emain`,
    `board/${room}/😀`,
    `call/${room}/0`,
    `live/${room}/main`,
    'x'.repeat(1_000_000),
  ]
  for (const name of wrong) assert.equal(parseDocumentName(name), null, name.slice(0, 60))
})

test('[D1] whatever text it is given, a name that is one is the only one of its document', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.constantFrom('room', 'chat', 'board', 'live'), roomIds, fc.string())
      .map((parts) => parts.join('/')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const ref = parseDocumentName(text)
      if (ref !== null) assert.equal(documentName(ref), text)
    }),
  )
})

test('[D2] the root types of each kind', () => {
  assert.deepEqual(rootsByKind, {
    room: ['info', 'people', 'boards', 'chat', 'pins'],
    chat: ['m', 'r', 's', 'p'],
    board: ['shapes', 'texts', 'sheets'],
  })
})

const actionsByRole: Readonly<Record<Role, readonly RoomAction[]>> = {
  owner: ['read', 'write', 'call', 'pin', 'invite', 'configure', 'moderate', 'archive'],
  moderator: ['read', 'write', 'call', 'pin', 'invite', 'configure', 'moderate'],
  member: ['read', 'write', 'call', 'pin', 'invite'],
  guest: ['read', 'write', 'call'],
}
const roles = Object.keys(actionsByRole) as Role[]

test('[RO1] each role may do what the table says, and nothing else', () => {
  for (const role of roles) {
    const allowed = actionsByRole.owner.filter((action) => may(role, action))
    assert.deepEqual(allowed, actionsByRole[role], role)
  }
})

test('[BO5] who may draw follows from the role and from whom the room lets draw', () => {
  const drawers: Readonly<Record<Drawing, readonly Role[]>> = {
    everyone: ['owner', 'moderator', 'member', 'guest'],
    members: ['owner', 'moderator', 'member'],
    moderators: ['owner', 'moderator'],
  }
  for (const drawing of drawings) {
    assert.deepEqual(
      roles.filter((role) => mayDraw(role, drawing)),
      drawers[drawing],
    )
  }
  for (const role of roles) {
    for (const canDraw of [true, false])
      assert.equal(policies.board.mayWrite({ seat: 3 as Seat, role, canDraw, canPost: !canDraw }), canDraw)
  }
})

test('[RO6] who may write in the chat follows from the role and from whom the room lets write', () => {
  const writers: Readonly<Record<Posting, readonly Role[]>> = {
    everyone: ['owner', 'moderator', 'member', 'guest'],
    members: ['owner', 'moderator', 'member'],
    moderators: ['owner', 'moderator'],
  }
  for (const posting of postings) {
    assert.deepEqual(
      roles.filter((role) => mayPost(role, posting)),
      writers[posting],
    )
  }
  for (const role of roles) {
    for (const canPost of [true, false])
      assert.equal(policies.chat.mayWrite({ seat: 3 as Seat, role, canDraw: !canPost, canPost }), canPost)
  }
})

test('[D2] nobody may write to a root that its kind does not have', () => {
  const seat = 3 as Seat
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.anything(), (root, key, value) => {
      for (const kind of ['room', 'chat', 'board'] as const) {
        if ((rootsByKind[kind] as readonly string[]).includes(root)) continue
        for (const role of roles)
          assert.equal(
            policies[kind].allowsEntry(root, key, value, { seat, role, canDraw: true, canPost: true }),
            false,
          )
      }
    }),
  )
})

test('[D3] a room’s document is nobody’s to write, whatever their role', () => {
  const seat = 3 as Seat
  for (const role of roles) {
    const writer = { seat, role, canDraw: true, canPost: true }
    assert.equal(policies.room.mayWrite(writer), false)
    assert.equal(policies.room.mayDelete(seat, writer), false)
    for (const root of rootsByKind.room)
      assert.equal(policies.room.allowsEntry(root, 'title', 'mine', writer), false)
  }
})

test('[RO1] whoever may moderate may delete what others wrote in the chat; the rest their own', () => {
  const [own, other] = [3 as Seat, 4 as Seat]
  for (const role of roles) {
    const writer = { seat: own, role, canDraw: true, canPost: true }
    assert.equal(policies.chat.mayDelete(own, writer), true)
    assert.equal(policies.chat.mayDelete(other, writer), may(role, 'moderate'), role)
  }
})

test('[RO7] [RO8] nobody decides about the owner, moderators not about each other, and guests are made nothing', () => {
  const roles = fc.constantFrom<Role>('owner', 'moderator', 'member', 'guest')
  fc.assert(
    fc.property(roles, roles, roles, (by, other, role) => {
      assert.equal(mayMake(by, other, role), by === 'owner' && /^mod|^mem/.test(other) && role !== 'guest')
      const isBelow = other === 'member' || other === 'guest'
      assert.equal(
        mayPutOut(by, other),
        may(by, 'moderate') && (isBelow || (by === 'owner' && other === 'moderator')),
      )
    }),
  )
})
