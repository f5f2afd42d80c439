/**
 * Conversations: rooms without a name, for two to eight members and nobody else. Rule RO2 of docs/PROTOCOL.md.
 *
 * Invariant: of the same people there is one conversation, whoever asks for it and how often. Pure.
 */
import type { PersonId } from './ids.ts'

/** The requests are in http.ts. */
export const directPaths = { direct: '/api/direct', people: '/api/people' } as const

/** What is the same for the same people, in whatever order and however often they are named. */
export function directKeyOf(personIds: readonly PersonId[]): string {
  return [...new Set(personIds)].sort().join(' ')
}

/** Of two. Whoever leaves a group does not make it one. */
export function isPair(directKey: string): boolean {
  return directKey.split(' ').length === 2
}

type Other = Readonly<{ name: string; hasLeft?: boolean }>

/** By whom a conversation is known to one of its people: those who have left only where all have. */
export function othersIn<Person extends Other>(others: readonly Person[]): readonly Person[] {
  const left = others.filter(({ hasLeft }) => hasLeft !== true)
  return left.length > 0 ? left : others
}

/** What a conversation is called to one of its people. */
export function titleOf(others: readonly Other[]): string {
  return othersIn(others)
    .map(({ name }) => name)
    .join(', ')
}
