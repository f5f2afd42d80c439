/** What the crowd's process is told to do, and what it answers. */
import type { CrowdRoom } from '../../support/crowd.ts'
import type { Whole } from '../../support/crowd-page.ts'

export type Order =
  /** Opens everybody's page, and waits until all are whole. */
  | Readonly<{ kind: 'open'; origin: string; rooms: readonly CrowdRoom[]; whole: Whole }>
  /** Waits until nobody is live, and lets everybody write. */
  | Readonly<{ kind: 'write'; messages: number; strokes: number }>
  /** Waits until all are whole again. */
  | Readonly<{ kind: 'watch'; whole: Whole }>

export type Answer = Readonly<{ kind: 'open' } | { kind: 'written' } | { kind: 'back'; result: Result }>

export type Result = Readonly<{
  /** Of each page, in ms since 1970: live again, and whole. */
  liveAtMs: readonly number[]
  wholeAtMs: readonly number[]
  /** Pages that did not become whole, and rooms in which pages differ in the end. */
  missing: number
  unequal: number
  /** How much of one core this process took meanwhile. */
  share: number
}>
