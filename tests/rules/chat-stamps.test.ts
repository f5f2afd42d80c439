/** The server's stamps, read back. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { Stamps } from '#server/chat/stamps.ts'
import { lateWindowMs } from '#shared/limits.ts'
import { serverSeat } from '#shared/ids.ts'
import { replicaOf } from '../support/seated.ts'

test('[CH3] a page that is opened again orders as it did, also where what it goes by was deleted', () => {
  const doc = replicaOf(serverSeat)
  const messages = doc.getMap('m')
  const say = (stamps: Stamps, key: string, l: number, nowMs: number): unknown => {
    messages.set(key, { x: key, l })
    stamps.stamp([key], nowMs)
    return doc.getArray('s').get(doc.getArray('s').length - 1)
  }
  const before = new Stamps(doc)
  say(before, 'first', 5, 1_000)
  const late = 1_000 + lateWindowMs + 1
  assert.deepEqual(say(before, 'raised', 1, late), [lateWindowMs + 1, 6])
  messages.delete('first')
  const after = new Stamps(doc)
  assert.deepEqual(say(after, 'next', 1, late + 1), [lateWindowMs + 2, 6])
})
