/** Files among the participants of a call: who has one gives it, and who lies is asked no more. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { FileHash } from '#shared/files/file.ts'
import { hashOf } from '#web/files/engine/hash.ts'
import { PeerFiles, peerFileSizeMax } from '#web/files/engine/peer-files.ts'
import { encodePeerMessage, readPeerMessage, type PeerMessage } from '#web/files/engine/peer-frames.ts'
import { Pipe } from '#web/sync/direct/pipe.ts'
import { channelPair, type FakeEnd } from '../support/channel-pair.ts'
import { until } from '../support/until.ts'

/** How a picture begins. */
const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])

/** Somebody in the call, with what their device has; the rest of time is told by `pass`. */
class Participant {
  readonly have = new Map<FileHash, Blob>()
  readonly asked: FileHash[] = []
  readonly timers = new Set<() => void>()
  nowMs = 0
  isMember = true
  readonly files = new PeerFiles({
    world: {
      nowMs: () => this.nowMs,
      after: (delayMs, run) => {
        if (delayMs === 0) setImmediate(run)
        else this.timers.add(run)
        return () => this.timers.delete(run)
      },
    },
    mayHave: () => this.isMember,
    blobOf: (hash) => {
      this.asked.push(hash)
      return Promise.resolve(this.have.get(hash) ?? null)
    },
  })

  /** All that waits for time is due. */
  pass(): void {
    for (const run of [...this.timers]) run()
  }

  async add(blob: Blob): Promise<FileHash> {
    const hash = await hashOf(blob)
    this.have.set(hash, blob)
    return hash
  }
}

function meet(a: Participant, aId: number, b: Participant, bId: number): readonly [FakeEnd, FakeEnd] {
  const [one, two] = channelPair()
  a.files.add(bId, one)
  b.files.add(aId, two)
  return [one, two]
}

function bytes(size: number, first = 0): Blob {
  return new Blob([Uint8Array.from({ length: size }, (_, index) => (first + index * 7) % 251)])
}

/** One who says whatever a test wants, over the other end of a participant's channel. */
function stranger(participant: Participant, id: number) {
  const [end, own] = channelPair()
  const heard: (PeerMessage | null)[] = []
  let isEnded = false
  const pipe = new Pipe(own, {
    onOpen: () => undefined,
    onMessage: (message) => heard.push(readPeerMessage(message)),
    onDrain: () => undefined,
    onEnd: () => (isEnded = true),
  })
  participant.files.add(id, end)
  return {
    heard,
    isEnded: () => isEnded,
    say: (message: PeerMessage) => pipe.send(encodePeerMessage(message)),
    sayBytes: (message: Uint8Array) => pipe.send(message),
  }
}

void test('[DP6] what one lacks comes from whoever has it, whole, once, and by its bytes’ type', async () => {
  const [ada, ben, cleo] = [new Participant(), new Participant(), new Participant()]
  meet(ada, 1, ben, 2)
  meet(ada, 1, cleo, 3)
  const picture = await cleo.add(new Blob([png, bytes(300_000)], { type: 'text/html' }))
  const [first, again] = await Promise.all([ada.files.ask(picture), ada.files.ask(picture)])
  assert.equal(first, again)
  assert.ok(first !== null)
  assert.equal(await hashOf(first), picture)
  assert.notEqual(first.type, 'text/html', 'what it is, its bytes say')
  assert.equal(await ada.files.ask(picture), first)
  assert.deepEqual(cleo.asked, [picture])

  // What was taken is passed on, also where its owner is gone.
  const dan = new Participant()
  meet(dan, 4, ada, 1)
  const passed = await dan.files.ask(picture)
  assert.equal(passed === null ? null : await hashOf(passed), picture)
  assert.deepEqual(ada.asked, [], 'it was at hand')
  assert.equal(await ada.files.ask(await hashOf(bytes(5))), null, 'nobody has it')
})

void test('[DP6] many files, both ways at once, of all sizes and through a narrow channel, are what they were', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 6 }),
      async (ofAda, ofBen) => {
        const [ada, ben] = [new Participant(), new Participant()]
        meet(ada, 1, ben, 2)
        const give = (to: Participant, sizes: readonly number[]): Promise<FileHash[]> =>
          Promise.all(sizes.map((size, index) => to.add(bytes(size, index))))
        const [adas, bens] = [await give(ada, ofAda), await give(ben, ofBen)]
        const taken = await Promise.all([
          ...bens.map((hash) => ada.files.ask(hash)),
          ...adas.map((hash) => ben.files.ask(hash)),
        ])
        const hashes: (FileHash | null)[] = []
        for (const blob of taken) hashes.push(blob === null ? null : await hashOf(blob))
        assert.deepEqual(hashes, [...bens, ...adas])
      },
    ),
    { numRuns: 12 },
  )
})

void test('[DP6] [FI3] whoever does not belong to the room is given nothing, and not told what there is', async () => {
  const [ada, ben] = [new Participant(), new Participant()]
  meet(ada, 1, ben, 2)
  const hash = await ben.add(bytes(10))
  ben.isMember = false
  assert.equal(await ada.files.ask(hash), null)
  assert.deepEqual(ben.asked, [])
  ben.isMember = true
  assert.notEqual(await ada.files.ask(hash), null)
})

void test('[DP6] who sends other bytes than were asked for is asked no more, and the next one is', async () => {
  const [ada, ben] = [new Participant(), new Participant()]
  const mallory = stranger(ada, 9)
  meet(ada, 1, ben, 2)
  const good = bytes(2_000)
  const hash = await ben.add(good)
  const asking = ada.files.ask(hash)
  await until(() => mallory.heard.length > 0, 'Mallory asked')
  mallory.say({ kind: 'have', hash, size: 2_000 })
  mallory.say({ kind: 'part', bytes: new Uint8Array(2_000) })
  const blob = await asking
  assert.equal(blob === null ? null : await hashOf(blob), hash)
  await until(mallory.isEnded, 'Mallory put out')
  const back = stranger(ada, 9)
  assert.notEqual(await ada.files.ask(await ben.add(bytes(7))), null)
  assert.deepEqual(back.heard, [])
})

const other = '0'.repeat(64) as FileHash
const lies: readonly (readonly [string, (hash: FileHash) => readonly (PeerMessage | Uint8Array)[]])[] = [
  ['bytes before a size', () => [{ kind: 'part', bytes: new Uint8Array(1) }]],
  [
    'more bytes than said',
    (hash) => [
      { kind: 'have', hash, size: 1 },
      { kind: 'part', bytes: new Uint8Array(2) },
    ],
  ],
  [
    'no bytes for ever',
    (hash) => [
      { kind: 'have', hash, size: 1 },
      { kind: 'part', bytes: new Uint8Array() },
    ],
  ],
  [
    'bytes one by one',
    (hash) => [
      { kind: 'have', hash, size: 100_000 },
      { kind: 'part', bytes: new Uint8Array(1) },
    ],
  ],
  ['a size of nothing', (hash) => [{ kind: 'have', hash, size: 0 }]],
  ['a size beyond all files', (hash) => [{ kind: 'have', hash, size: peerFileSizeMax + 1 }]],
  [
    'two sizes',
    (hash) => [
      { kind: 'have', hash, size: 1 },
      { kind: 'have', hash, size: 2 },
    ],
  ],
  ['another file', () => [{ kind: 'have', hash: other, size: 1 }]],
  ['another file that is lacking', () => [{ kind: 'lack', hash: other }]],
  ['what is no message', () => [new Uint8Array([9, 9])]],
  ['what names no file', () => [new Uint8Array([1, 2, 65, 65])]],
]
for (const [name, said] of lies)
  void test(`[DP6] who sends ${name} is put out, and whoever waits for them is answered`, async () => {
    const ada = new Participant()
    const mallory = stranger(ada, 9)
    const hash = await hashOf(bytes(1))
    const asking = ada.files.ask(hash)
    await until(() => mallory.heard.length > 0, 'asked')
    for (const message of said(hash)) {
      if (message instanceof Uint8Array) mallory.sayBytes(message)
      else mallory.say(message)
    }
    await until(mallory.isEnded, 'put out')
    assert.equal(await asking, null)
  })

void test('[DP6] who asks for a second file before the first is given is put out', async () => {
  const ada = new Participant()
  const hash = await ada.add(bytes(2_000_000))
  const mallory = stranger(ada, 9)
  for (let count = 0; count < 2; count += 1) mallory.say({ kind: 'ask', hash })
  await until(mallory.isEnded, 'put out')
})

void test('[DP6] bytes that nobody asked for end it; who says nothing is waited for, but not for ever', async () => {
  const ada = new Participant()
  const mallory = stranger(ada, 9)
  mallory.say({ kind: 'part', bytes: new Uint8Array(1) })
  await until(mallory.isEnded, 'put out')

  const silent = stranger(ada, 10)
  const asking = ada.files.ask(await hashOf(bytes(1)))
  await until(() => silent.heard.length > 0, 'asked')
  ada.pass()
  assert.equal(await asking, null)
})

void test('[DP6] who asks faster than anybody needs is told that there is nothing, without a look', async () => {
  const ada = new Participant()
  const hash = await ada.add(bytes(1))
  const mallory = stranger(ada, 9)
  for (let count = 1; count <= 300; count += 1) {
    mallory.say({ kind: 'ask', hash: count < 300 ? other : hash })
    await until(() => mallory.heard.length === count, 'answered')
  }
  assert.deepEqual(mallory.heard.at(-1), { kind: 'lack', hash })
  assert.equal(ada.asked.length, 256)
  ada.nowMs += 1_000
  mallory.say({ kind: 'ask', hash })
  await until(() => mallory.heard.at(-1)?.kind === 'part', 'given after a while')
})

void test('[DP6] a channel that closes in the midst ends with nothing, and the next one gives it all', async () => {
  const [ada, ben] = [new Participant(), new Participant()]
  const [, bens] = meet(ada, 1, ben, 2)
  const hash = await ben.add(bytes(2_000_000))
  const asking = ada.files.ask(hash)
  while (bens.sent.length < 5) await new Promise(setImmediate)
  bens.close()
  assert.equal(await asking, null)
  let arrivals = 0
  ada.files.onArrival(() => (arrivals += 1))
  meet(ada, 1, ben, 2)
  await until(() => arrivals > 0, 'somebody more to ask')
  const blob = await ada.files.ask(hash)
  assert.equal(blob?.size, 2_000_000)
})

void test('[DP6] any bytes are a message or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const message = readPeerMessage(bytes)
      if (message !== null) assert.deepEqual(encodePeerMessage(message), bytes)
    }),
  )
})
