/** Links to one message. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { RoomId } from '#shared/ids.ts'
import { parsePlace } from '#shared/chat/message.ts'
import { permalink } from '#web/chat/permalink.ts'

test('a link names page and message, and both are read back from it', () => {
  const link = permalink('https://a.example', 'A'.repeat(22) as RoomId, { page: 12, key: '3.0mq3k1c0abc' })
  assert.equal(link, `https://a.example/r/${'A'.repeat(22)}/12.3.0mq3k1c0abc`)
  assert.deepEqual(parsePlace(link.split('/').at(-1) ?? ''), { page: 12, key: '3.0mq3k1c0abc' })
})

test('what is no page and message is no place', () => {
  for (const text of [
    '',
    '0',
    '0.',
    '3.0mq3k1c0abc',
    '-1.3.0mq3k1c0abc',
    '01.3.0mq3k1c0abc',
    '0.x',
    '0.3.short',
  ])
    assert.equal(parsePlace(text), null, text)
})
