/** The frames of the socket: heads, addresses and the live channel. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import type { RoomId, SheetId } from '#shared/ids.ts'
import {
  encodeLiveBroadcast,
  encodeLiveFrame,
  frameTypes,
  liveAddress,
  parseLiveAddress,
  pingFrame,
  readFrameHead,
  readLiveBroadcast,
  readLivePayload,
} from '#shared/wire/frames.ts'
import { anyFrame } from '../support/frames.ts'

const room = 'R'.repeat(22)
const name = `chat/${room}/0`

test('[W2] a head is the address, the type, and where the body begins', () => {
  const head = anyFrame(name, frameTypes.sync)
  const frame = anyFrame(name, frameTypes.sync, new Uint8Array([7, 8, 9]))
  assert.deepEqual(readFrameHead(frame), { address: name, name, type: 0, bodyAt: head.length })
})

test('[W2] an address may carry a session of 1–16 of a–z and 0–9', () => {
  for (const session of ['a', '0', 'abcdefgh12345678']) {
    const address = `${name}\0${session}`
    const head = readFrameHead(anyFrame(address, frameTypes.auth))
    assert.deepEqual([head?.address, head?.name], [address, name])
  }
  for (const session of ['', 'A', '-', 'abcdefgh123456789', 'a\0b', 'ä', 'a\n']) {
    assert.equal(
      readFrameHead(anyFrame(`${name}\0${session}`, frameTypes.auth)),
      null,
      JSON.stringify(session),
    )
  }
})

test('[W2] [W-01] whatever the bytes, reading a head never throws, and finds its body within them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const head = readFrameHead(bytes)
      if (head !== null) assert.ok(head.bodyAt <= bytes.length)
      assert.doesNotThrow(() => readLivePayload(bytes, 0))
      assert.doesNotThrow(() => readLiveBroadcast(bytes, 0))
    }),
    { numRuns: 2_000 },
  )
})

test('[W2] [W-02] a head that is cut is none', () => {
  const head = anyFrame(name, frameTypes.sync)
  for (let length = 0; length < head.length; length += 1)
    assert.equal(readFrameHead(head.subarray(0, length)), null, String(length))
})

test('[W2] [W-04] a type longer than a number is none', () => {
  const address = encoding.encode((encoder) => {
    encoding.writeVarString(encoder, name)
  })
  const frame = new Uint8Array([...address, ...new Array<number>(11).fill(255)])
  assert.equal(readFrameHead(frame), null)
})

test('[W3] the sign of life is the single byte 9', () => {
  assert.deepEqual([...pingFrame], [9])
  assert.equal(frameTypes.pong, 10)
})

test('[W4] a live address names its board, and nothing else is one', () => {
  const board = { kind: 'board', roomId: room as RoomId, sheetId: 'main' as SheetId } as const
  assert.equal(liveAddress(board), `live/${room}/main`)
  assert.deepEqual(parseLiveAddress(`live/${room}/main`), board)
  for (const wrong of ['', 'live/', `live/${room}`, `live/${room}/a/b`, `board/${room}/main`, `live/x/main`])
    assert.equal(parseLiveAddress(wrong), null, wrong)
})

test('[W4] what a peer sends is what the others get, with its clientID', () => {
  const address = `live/${room}/main`
  const clientIds = fc.nat({ max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), clientIds, (payload, clientId) => {
      const sent = encodeLiveFrame(address, payload)
      const head = readFrameHead(sent)
      assert.equal(head?.type, frameTypes.live)
      const read = readLivePayload(sent, head.bodyAt) ?? assert.fail()
      assert.deepEqual([...read], [...payload])
      const told = encodeLiveBroadcast(address, clientId, read)
      const toldHead = readFrameHead(told) ?? assert.fail()
      assert.deepEqual(readLiveBroadcast(told, toldHead.bodyAt), { clientId, payload })
    }),
  )
})

test('[W4] a live payload is the whole body, and belongs to whoever read it', () => {
  const sent = encodeLiveFrame(`live/${room}/main`, new Uint8Array([1, 2, 3]))
  const { bodyAt } = readFrameHead(sent) ?? assert.fail()
  const payload = readLivePayload(sent, bodyAt) ?? assert.fail()
  sent.fill(0)
  assert.deepEqual([...payload], [1, 2, 3])
  const longer = new Uint8Array([...encodeLiveFrame(`live/${room}/main`, payload), 0])
  assert.equal(readLivePayload(longer, bodyAt), null)
})
