/**
 * What the others look at on this sheet, what they are told of this page's own view, and looking along with one of them.
 *
 * Rule BO13 of docs/PROTOCOL.md. Invariant: whoever looks along tells nobody what they look at. Two who looked along with
 * each other would otherwise move each other's view for ever.
 */
import type { Box } from '#shared/board/geometry.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { Undo } from '../../sync/ports.ts'
import { containing } from './camera.ts'
import type { LiveChannel } from './live-channel.ts'
import type { Viewport } from './viewport.ts'
import type { World } from './world.ts'

/** Whoever asks or comes is answered this often: each answer goes to everybody, whoever made them give it. */
const answerIntervalMs = 1_000

export class Sights {
  readonly #view: Viewport
  readonly #live: LiveChannel
  readonly #world: World
  readonly #boxes = new Map<number, Box>()
  readonly #changes = new Listeners()
  readonly #undos: Undo[]
  #here: ReadonlySet<number> = new Set()
  #isFollowing = false
  #answeredAtMs = -Infinity
  #stopAnswer: Undo | null = null

  constructor({ view, live, world }: Readonly<{ view: Viewport; live: LiveChannel; world: World }>) {
    this.#view = view
    this.#live = live
    this.#world = world
    this.#undos = [
      view.onChange(() => {
        this.#tell()
      }),
      live.onView((clientId, box) => {
        if (box === null) {
          this.#answer()
          return
        }
        this.#boxes.set(clientId, box)
        this.#changes.tell()
      }),
    ]
  }

  /** What this peer looks at; null while it has not said. */
  boxOf(clientId: number): Box | null {
    return this.#boxes.get(clientId) ?? null
  }

  /** To be called when the others can be reached: tells them what this page looks at, or asks what they do. */
  greet(): void {
    if (this.#isFollowing) this.#live.askViews()
    else this.#tell()
  }

  /** These peers look at this sheet now: of others nothing is known any more, and who is new is told. */
  keepOnly(here: ReadonlySet<number>): void {
    const isNew = [...here].some((clientId) => !this.#here.has(clientId))
    this.#here = here
    for (const clientId of this.#boxes.keys()) if (!here.has(clientId)) this.#boxes.delete(clientId)
    this.#changes.tell()
    if (isNew) this.#answer()
  }

  /**
   * Looks at what a peer looks at, until undone. `peer`: which one, asked anew each time, null for none just now. `onEnd`:
   * this person has moved the board themselves. `onLook`: whether there is something to look at.
   */
  follow(
    peer: () => number | null,
    { onLook, onEnd }: Readonly<{ onLook: (isThere: boolean) => void; onEnd: () => void }>,
  ): Undo {
    const view = this.#view
    // Until somebody has chosen what to look at, a new size would move the board.
    view.hold()
    let last = view.camera
    const look = (): void => {
      const clientId = peer()
      const box = clientId === null ? null : this.boxOf(clientId)
      onLook(box !== null)
      if (box === null || view.box === null) return
      const camera = containing(box, view.size)
      if (camera.x === last.x && camera.y === last.y && camera.zoom === last.zoom) return
      last = camera
      view.setCamera(camera)
    }
    const undos = [
      this.#changes.add(look),
      view.onChange(() => {
        // Otherwise it is another size, or what was done just now.
        if (view.camera === last) look()
        else onEnd()
      }),
    ]
    this.#isFollowing = true
    this.greet()
    look()
    return () => {
      for (const undo of undos.splice(0)) undo()
      this.#isFollowing = false
      this.#tell()
    }
  }

  [Symbol.dispose](): void {
    this.#stopAnswer?.()
    for (const undo of this.#undos) undo()
    this.#changes.clear()
  }

  #answer(): void {
    const waitMs = Math.max(0, this.#answeredAtMs + answerIntervalMs - this.#world.nowMs())
    this.#stopAnswer ??= this.#world.after(waitMs, () => {
      this.#stopAnswer = null
      this.#answeredAtMs = this.#world.nowMs()
      this.#tell()
    })
  }

  #tell(): void {
    const { box } = this.#view
    if (box !== null && !this.#isFollowing) this.#live.moveView(box)
  }
}
