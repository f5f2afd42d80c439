/**
 * Which of the pointers that are down act, and as what. Pure but for its own memory.
 *
 * One pointer runs a gesture; two fingers pinch. A second finger turns a young stroke into a pinch, as if it had never
 * begun; beside an older one it is a resting hand. From the first pen on, fingers move the board: the pen draws, and
 * what a palm drew just before it is taken back.
 */
import type { PointerInput, ToolName } from './tools/node.ts'

/** A stroke this young, or this short, was one of two fingers coming down. */
const youngMs = 80
const shortPx = 6
/** A touch this shortly before a pen was the palm of its hand. */
const palmMs = 500

/** What the editor has to do. */
export type TouchStep =
  | Readonly<{ kind: 'ignore' }>
  /** Begin a gesture; `before` is what becomes of the one that is under way. */
  | Readonly<{ kind: 'begin'; tool: ToolName | null; before: 'none' | 'cancel' | 'interrupt' }>
  | Readonly<{ kind: 'pinch'; before: 'none' | 'cancel'; first: PointerInput }>

export class Touches {
  #active: Readonly<{ start: PointerInput; tool: ToolName | null }> | null = null
  #last: PointerInput | null = null
  #pinching: readonly [PointerInput, PointerInput] | null = null
  #hasPen = false

  /** The pointer whose moves the gesture follows. */
  get activeId(): number | null {
    return this.#active?.start.id ?? null
  }

  get pinching(): readonly [PointerInput, PointerInput] | null {
    return this.#pinching
  }

  /** `isHand`: something is held that makes every pointer a hand. */
  down(input: PointerInput, isHand: boolean): TouchStep {
    if (input.button === 'other') return { kind: 'ignore' }
    if (input.kind === 'pen') return this.#penDown(input, isHand)
    const active = this.#active
    if (this.#pinching !== null) return { kind: 'ignore' }
    if (active !== null) {
      return input.kind === 'touch' && active.start.kind === 'touch'
        ? this.#secondFinger(active, input)
        : { kind: 'ignore' }
    }
    const isMoving = isHand || input.button === 'middle' || (input.kind === 'touch' && this.#hasPen)
    return this.#begin(input, isMoving ? 'hand' : null, 'none')
  }

  /** True if the pointer's moves belong to a gesture. */
  move(input: PointerInput): boolean {
    if (this.#pinching !== null) {
      const [a, b] = this.#pinching
      if (input.id === a.id) this.#pinching = [input, b]
      else if (input.id === b.id) this.#pinching = [a, input]
      else return false
      return true
    }
    if (input.id !== this.#active?.start.id) return false
    this.#last = input
    return true
  }

  /** True if a gesture ends with this pointer. */
  up(id: number): boolean {
    const isActive = this.#active?.start.id === id
    const isPinching = this.#pinching?.some((input) => input.id === id) === true
    if (isActive || isPinching) this.clear()
    return isActive || isPinching
  }

  /** No pointer acts any more, whichever are down. */
  clear(): void {
    this.#active = null
    this.#last = null
    this.#pinching = null
  }

  #penDown(input: PointerInput, isHand: boolean): TouchStep {
    this.#hasPen = true
    const active = this.#active
    if (active?.start.kind === 'pen') return { kind: 'ignore' }
    const tool = isHand ? 'hand' : input.button === 'eraser' ? 'eraser' : null
    if (this.#pinching !== null) return this.#begin(input, tool, 'interrupt')
    if (active === null) return this.#begin(input, tool, 'none')
    const isPalm = active.start.kind === 'touch' && input.atMs - active.start.atMs <= palmMs
    return this.#begin(input, tool, isPalm ? 'cancel' : 'interrupt')
  }

  #secondFinger(
    active: Readonly<{ start: PointerInput; tool: ToolName | null }>,
    input: PointerInput,
  ): TouchStep {
    const { start, tool } = active
    const last = this.#last ?? start
    const isYoung =
      input.atMs - start.atMs <= youngMs || Math.hypot(last.x - start.x, last.y - start.y) <= shortPx
    if (tool !== 'hand' && !isYoung) return { kind: 'ignore' }
    this.#active = null
    this.#pinching = [last, input]
    return { kind: 'pinch', before: 'cancel', first: last }
  }

  #begin(input: PointerInput, tool: ToolName | null, before: 'none' | 'cancel' | 'interrupt'): TouchStep {
    this.#pinching = null
    this.#active = { start: input, tool }
    this.#last = input
    return { kind: 'begin', tool, before }
  }
}
