/**
 * What this person has done on the board, and can take back: one entry for each action.
 *
 * Invariant: undo and redo change a value only where it still is what this person's own action had left (BO4).
 */
import {
  emptyHistory,
  record,
  redo,
  undo,
  type Change,
  type History,
  type Present,
  type Step,
} from '#shared/board/history.ts'
import { isSameValue, type BoardValue } from '#shared/board/shape.ts'
import type { BoardDoc } from './board-doc.ts'
import type { World } from './world.ts'

export type BoardChange = Change<BoardValue>
export type BoardHistory = History<BoardValue>

export class Author {
  readonly #doc: BoardDoc
  readonly #world: World
  readonly #present: Present<BoardValue>
  #history: BoardHistory

  /** With what this person did when the sheet was open before: it is changed back only where it still is so. */
  constructor(doc: BoardDoc, world: World, history: BoardHistory = emptyHistory) {
    this.#history = history
    this.#doc = doc
    this.#world = world
    this.#present = {
      // A shape that others have moved, styled or written in since is not what this person left.
      read: (key) => (doc.isTouchedByOthers(key) ? 'touched' : doc.value(key)),
      isSame: isSameValue,
    }
  }

  /** For the next time the sheet is open. */
  get history(): BoardHistory {
    return this.#history
  }

  get canUndo(): boolean {
    return this.#history.done.length > 0
  }

  get canRedo(): boolean {
    return this.#history.undone.length > 0
  }

  /** Writes one action. False if there is nothing in it, or this person may not write. */
  act(changes: readonly BoardChange[]): boolean {
    const real = changes.filter(({ before, after }) => !isSameValue(before, after))
    if (real.length === 0 || !this.#doc.canWrite) return false
    this.#history = record(this.#history, real)
    this.#doc.write(real, this.#world.random)
    return true
  }

  /** Remembers as one action what has been written already. */
  remember(changes: readonly BoardChange[]): void {
    const real = changes.filter(({ before, after }) => !isSameValue(before, after))
    if (real.length > 0) this.#history = record(this.#history, real)
  }

  /** The keys that were changed back; null if there was nothing to take back. */
  undo(): readonly string[] | null {
    return this.#step(undo(this.#history, this.#present))
  }

  redo(): readonly string[] | null {
    return this.#step(redo(this.#history, this.#present))
  }

  #step(step: Step<BoardValue> | null): readonly string[] | null {
    if (step === null || !this.#doc.canWrite) return null
    this.#history = step.history
    this.#doc.write(step.changes, this.#world.random)
    return step.changes.map(({ key }) => key)
  }
}
