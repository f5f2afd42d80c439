/** Who is in the room of a history: some who are honest, and often one who is not. */
import type { PersonId } from '#shared/ids.ts'
import type { Chance } from '../support/chance.ts'
import type { Member } from './server.ts'

const honest: readonly Member[] = [
  memberOf('Alice', 'owner'),
  memberOf('Bob', 'member'),
  memberOf('Carol', 'moderator'),
  memberOf('Dave', 'guest'),
]

export function castOf(chance: Chance): readonly Member[] {
  const some = honest.slice(0, 2 + chance.below(3))
  if (chance.isLikely(0.4)) return some
  // Guests write nothing in the room of one who may not.
  const isMute = chance.isLikely(0.2)
  const role = isMute ? 'guest' : chance.pick(['member', 'moderator', 'guest'] as const)
  const liar = { ...memberOf('Mallory', role), isLiar: true as const, ...(isMute && { isMute }) }
  return [...some.filter((each) => !isMute || each.role !== 'guest'), liar]
}

function memberOf(name: string, role: Member['role']): Member {
  return { name, role, personId: name.padEnd(22, '0') as PersonId }
}
