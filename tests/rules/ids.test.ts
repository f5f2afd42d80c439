/** Ids, seats and clientIDs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as Y from 'yjs'
import {
  clientIdOf,
  idFromBytes,
  idSizeBytes,
  isInviteToken,
  isPersonId,
  isRoomId,
  isSeat,
  isSheetId,
  seatMax,
  seatOf,
  serverSeat,
  type Seat,
} from '#shared/ids.ts'

const seats = fc.integer({ min: 1, max: seatMax }).map((seat) => seat as Seat)
const chance = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const idBytes = fc.uint8Array({ minLength: idSizeBytes, maxLength: idSizeBytes })

test('[ID1] 128 bits are 22 characters of base64url, and other bits are another id', () => {
  fc.assert(
    fc.property(idBytes, (bytes) => {
      const id = idFromBytes(bytes)
      assert.equal(id, Buffer.from(bytes).toString('base64url'))
      assert.ok(isPersonId(id) && isRoomId(id) && isInviteToken(id))
    }),
  )
})

test('[ID1] an id is made of 16 bytes, and of no other number', () => {
  for (const size of [0, 15, 17]) assert.throws(() => idFromBytes(new Uint8Array(size)), RangeError)
})

test('[ID1] what is no id is known as none', () => {
  const id = 'A'.repeat(22)
  for (const value of [
    '',
    id.slice(1),
    `${id}A`,
    `${id.slice(1)}+`,
    `${id.slice(1)}=`,
    `${id}\n`,
    5,
    null,
    [id],
  ]) {
    assert.ok(!isPersonId(value) && !isRoomId(value) && !isInviteToken(value), JSON.stringify(value))
  }
})

test('[D1] a sheet’s id has 1–64 letters, digits, underscores and hyphens', () => {
  for (const id of ['main', 'a', 'A_b-9', 'x'.repeat(64)]) assert.ok(isSheetId(id), id)
  for (const id of ['', 'x'.repeat(65), 'a/b', 'a.b', 'ä', ' ', 'main\n', null])
    assert.ok(!isSheetId(id), String(id))
})

test('[ID2] a person’s seat is a whole number from 1 to 2^21 − 1; 0 is the server’s', () => {
  assert.equal(serverSeat, 0)
  for (const seat of [1, 2, seatMax]) assert.ok(isSeat(seat))
  for (const seat of [0, -1, 1.5, seatMax + 1, Number.NaN, Infinity, '1', null])
    assert.ok(!isSeat(seat), String(seat))
})

test('[ID3] a clientID tells its seat, and is one that yjs can carry', () => {
  fc.assert(
    fc.property(fc.oneof(seats, fc.constant(serverSeat)), chance, (seat, random32) => {
      const clientId = clientIdOf(seat, random32)
      assert.ok(Number.isSafeInteger(clientId))
      assert.equal(clientId, seat * 2 ** 32 + random32)
      assert.equal(seatOf(clientId), seat)
    }),
  )
})

test('[ID3] chance never spills into the seat', () => {
  for (const random32 of [-1, 2 ** 32, 2 ** 32 + 5]) assert.equal(seatOf(clientIdOf(7 as Seat, random32)), 7)
})

test('[ID3] what no seat can have made belongs to none', () => {
  for (const clientId of [-1, 0.5, 2 ** 53, Number.NaN, Infinity]) assert.equal(seatOf(clientId), null)
})

test('[ID3] the seat of every struct and deletion survives an update and a state vector of yjs', () => {
  fc.assert(
    fc.property(seats, chance, (seat, random32) => {
      const doc = new Y.Doc()
      doc.clientID = clientIdOf(seat, random32)
      doc.getMap('m').set('a', 1)
      doc.getMap('m').delete('a')
      const { structs, ds } = Y.decodeUpdate(Y.encodeStateAsUpdate(doc))
      const owners = [
        ...structs.map(({ id }) => id.client),
        ...ds.clients.keys(),
        ...Y.decodeStateVector(Y.encodeStateVector(doc)).keys(),
      ].map((clientId) => seatOf(clientId))
      assert.deepEqual(owners, [seat, seat, seat])
    }),
  )
})
