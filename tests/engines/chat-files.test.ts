/** Messages with files, in the chat as its author has it: they wait for what the server does not have yet. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { MessageValue } from '#shared/chat/message.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { Seat } from '#shared/ids.ts'
import { ChatLog } from '#web/chat/engine/chat-log.ts'
import { fakeDocument } from '../support/fake-board.ts'
import { keptEntries, settled } from '../support/kept.ts'

test('[FI7] [DP1] a message whose files wait is told and not written, words go on; once they are there it is written', async () => {
  const page = fakeDocument(1)
  const listeners = new Set<() => void>()
  let isReady = false
  let chance = 0
  using log = new ChatLog({
    chain: { seat: 1 as Seat, tail: () => 0, onTail: () => () => undefined, openPage: () => page },
    outbox: keptEntries(),
    world: {
      nowMs: () => 0,
      elapsedMs: () => 0,
      random: () => (chance += 0.01),
      after: () => () => undefined,
    },
    files: {
      // As before the code for files is here: then nothing is known to be ready.
      isReady: () => isReady,
      onChange: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  })
  const picture = { b: 'a'.repeat(64) as FileHash, n: 'a.png', m: 'image/png', s: 1 }
  const messages = page.doc.getMap<MessageValue>('m')
  log.send('', { files: [picture] })
  await settled()
  const [[key, value] = []] = [...page.said]
  assert.deepEqual([value, messages.size], [{ x: 'a.png', l: 1, fs: [picture] }, 0])
  log.send('words')
  await settled()
  assert.deepEqual(
    [...messages.values()].map(({ x }) => x),
    ['words'],
    'words wait for no files',
  )
  assert.equal(page.said.size, 1)

  isReady = true
  for (const listener of listeners) listener()
  await settled()
  assert.deepEqual(messages.get(key?.slice(2) ?? ''), value)
  assert.equal(page.said.size, 0)
})

test('[FI7] [DP1] a message that is thrown away before its files were there is told no more', async () => {
  const page = fakeDocument(1)
  using log = new ChatLog({
    chain: { seat: 1 as Seat, tail: () => 0, onTail: () => () => undefined, openPage: () => page },
    outbox: keptEntries(),
    world: { nowMs: () => 0, elapsedMs: () => 0, random: () => 0.5, after: () => () => undefined },
    files: { isReady: () => false, onChange: () => () => undefined },
  })
  log.send('', { files: [{ b: 'a'.repeat(64) as FileHash, n: 'a.png', m: 'image/png', s: 1 }] })
  await settled()
  const [row] = log.rows()
  assert.ok(row !== undefined && page.said.size === 1)
  log.remove(row.key)
  await settled()
  assert.equal(page.said.size, 0)
})
