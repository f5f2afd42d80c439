/** A real server that is ended at a random moment while several write in its chat and on its board. */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type * as Y from 'yjs'
import type { Chance } from '../support/chance.ts'
import { whole } from '../support/frames.ts'
import type { Ended } from '../support/process.ts'
import { withProcesses } from '../support/processes.ts'
import { seatedRoom } from '../support/seated.ts'
import type { Closed } from '../support/sync-client.ts'
import { contentOf, kinds, Member, unshown } from './member.ts'

/** After so many acknowledgements at most the end is decided, and comes so much later at most: they go on writing. */
const acknowledgedMax = 80
const laterMsMax = 12
/** After so many a new server and a new room: the first page of this one is sealed soon. */
const roundsInRoom = 3
/** Well below what a socket may send at once. */
const changesMax = 400

type Options = Readonly<{
  signal: 'SIGKILL' | 'SIGTERM'
  rounds: number
  chance: Chance
  onEnd?: (how: Readonly<{ closed: Closed; ended: Ended; tookMs: number; dataDir: string }>) => void
}>

/** Fails if anything acknowledged, or shown to anybody, is gone (W5). Returns how much there was of each. */
export async function losesNothing({
  signal,
  rounds,
  chance,
  onEnd = () => undefined,
}: Options): Promise<Readonly<Figures>> {
  const figures = { acknowledged: 0, shown: 0, cutShort: 0 }
  for (let left = rounds; left > 0; left -= roundsInRoom) {
    const inRoom = await endAgainAndAgain({ signal, rounds: Math.min(left, roundsInRoom), chance, onEnd })
    figures.acknowledged += inRoom.acknowledged
    figures.shown += inRoom.shown
    figures.cutShort += inRoom.cutShort
  }
  return figures
}

type Figures = { acknowledged: number; shown: number; cutShort: number }

async function endAgainAndAgain({ signal, rounds, chance, onEnd }: Required<Options>): Promise<Figures> {
  const figures: Figures = { acknowledged: 0, shown: 0, cutShort: 0 }
  await withProcesses(async (start, dataDir) => {
    let server = start()
    const { people, names } = await seatedRoom(await server.ready(), 'Alice', 'Bob', 'Carol')
    const members = people.map((person) => new Member(person, names))
    const [alice, bob, reader] = members
    assert.ok(alice !== undefined && bob !== undefined && reader !== undefined)
    const writers: readonly Member[] = [alice, bob]
    using _ends = new DisposableStack()
    for (const member of members) _ends.use(member)
    for (let round = 1; round <= rounds; round += 1) {
      const address = await server.ready()
      for (const member of members) await member.come(address)
      const wanted = alice.count() + bob.count() + 1 + chance.below(acknowledgedMax)
      let endsAtMs = Infinity
      for (let index = 0; performance.now() < endsAtMs && index < changesMax; index += 1) {
        write(alice, bob, chance, `round ${String(round)}, ${String(index)}`)
        if (chance.isLikely(0.3)) await pause(chance.below(3))
        if (endsAtMs === Infinity && alice.count() + bob.count() >= wanted)
          endsAtMs = performance.now() + chance.below(laterMsMax)
      }
      const endedAtMs = performance.now()
      server.child.kill(signal)
      const closed = await alice.socket.closed
      const ended = await server.ended
      await Promise.all([bob.socket.closed, reader.socket.closed])
      onEnd({ closed, ended, tookMs: performance.now() - endedAtMs, dataDir })

      server = start()
      using later = new Member(people[2]!, names)
      await later.come(await server.ready())
      if (alice.openCount + bob.openCount > 0) figures.cutShort += 1
      for (const kind of kinds) {
        const now = await whole(later.socket, names[kind])
        for (const member of writers) assert.deepEqual(member.lostIn(kind, now), [], 'acknowledged')
        const shown: Y.Doc = reader.shown(kind)
        figures.shown += contentOf(shown, kind).size
        assert.deepEqual(unshown(shown, now), [], 'shown')
      }
    }
    figures.acknowledged = alice.count() + bob.count()
    assert.ok(figures.acknowledged >= rounds && figures.shown > 0)
  })
  return figures
}

function write(alice: Member, bob: Member, chance: Chance, text: string): void {
  const said = alice.say(text)
  if (chance.isLikely(0.1)) alice.delete(said)
  if (chance.isLikely(0.5)) bob.say(text + ' long'.repeat(chance.below(200)))
  else bob.draw(2 + chance.below(60))
}
