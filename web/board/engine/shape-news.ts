/**
 * What others have added to a sheet and removed from it, counted over a while: for those who do not see it happen.
 *
 * Invariant: what this page does itself, and what was on the sheet when it was opened, is no news; nor is what came
 * and went within the same while.
 */
import type { ShapeId } from '#shared/board/shape.ts'
import type { Undo } from '../../sync/ports.ts'
import type { BoardDoc } from './board-doc.ts'
import type { World } from './world.ts'

export type Counts = Readonly<{ added: number; removed: number }>

/** Long enough for a sentence to be heard before the next one. */
const gatherMs = 3_000

export class ShapeNews {
  readonly #world: World
  readonly #tell: (counts: Counts) => void
  readonly #undo: Undo
  readonly #added = new Set<ShapeId>()
  readonly #removed = new Set<ShapeId>()
  #stopWaiting: Undo | null = null

  /** `isNews`: the sheet is known as it was found. */
  constructor(
    { doc, world, isNews }: Readonly<{ doc: BoardDoc; world: World; isNews: () => boolean }>,
    tell: (counts: Counts) => void,
  ) {
    this.#world = world
    this.#tell = tell
    this.#undo = doc.onChange(({ added, removed, isOwn }) => {
      if (isOwn || !isNews()) return
      const [come, gone] = [new Set(added.map(({ id }) => id)), new Set(removed.map(({ id }) => id))]
      // What was only changed is in both.
      for (const id of come) if (!gone.has(id) && !this.#removed.delete(id)) this.#added.add(id)
      for (const id of gone) if (!come.has(id) && !this.#added.delete(id)) this.#removed.add(id)
      if (this.#added.size + this.#removed.size > 0) this.#gather()
    })
  }

  [Symbol.dispose](): void {
    this.#undo()
    this.#stopWaiting?.()
  }

  #gather(): void {
    this.#stopWaiting ??= this.#world.after(gatherMs, () => {
      this.#stopWaiting = null
      const counts = { added: this.#added.size, removed: this.#removed.size }
      this.#added.clear()
      this.#removed.clear()
      if (counts.added + counts.removed > 0) this.#tell(counts)
    })
  }
}
