/** One round: two honest people and an attacker at one document. The same seed gives the same round. */
import type { Seat } from '#shared/ids.ts'
import { Chance } from '../support/chance.ts'
import { HonestPage } from './honest.ts'
import { Attacker } from './hostile.ts'
import { World } from './world.ts'

export type Tally = { attacks: number; admitted: number; honest: number; reasons: Map<string, number> }

const alice = 1 as Seat
const bob = 2 as Seat
const mallory = 3 as Seat
const stepsMax = 80

export function emptyTally(): Tally {
  return { attacks: 0, admitted: 0, honest: 0, reasons: new Map() }
}

/** Throws where something does not hold. */
export function playRound(seed: number, tally: Tally): void {
  const chance = new Chance(seed)
  const world = new World(chance.isLikely(0.5) ? 'chat' : 'board')
  const pages = [alice, bob].map((seat) => new HonestPage(world, seat, chance))
  const attacker = new Attacker(world, mallory, chance)
  const attackShare = chance.pick([0, 0.5, 0.9])
  for (let left = 1 + chance.below(stepsMax); left > 0; left--) {
    if (!chance.isLikely(attackShare)) {
      chance.pick(pages).act()
      tally.honest += 1
      continue
    }
    const verdict = world.take({
      seat: mallory,
      update: attacker.update(),
      isHandshake: chance.isLikely(0.3),
    })
    tally.attacks += 1
    if (verdict.outcome === 'admit') tally.admitted += 1
    const reason = verdict.outcome === 'refuse' ? verdict.reason : verdict.outcome
    tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1)
    if (chance.isLikely(0.05)) world.checkReload()
  }
  for (const page of pages) page.sync()
  for (const page of pages) page.check()
  world.checkReload()
}
