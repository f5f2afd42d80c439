/**
 * Pointers, wheel and keys of the page, as gestures and commands of the editor.
 *
 * Invariant: a gesture always ends. What takes the pointer away (a lost capture, a cancelled touch, a hidden page)
 * interrupts: what was drawn stays (BO3).
 */
import { toBoard } from './camera.ts'
import type { Editor } from './editor.ts'
import { commandOf, type BoardCommand } from './keys.ts'
import type { LiveChannel } from './live-channel.ts'
import type { PointerInput } from './tools/node.ts'
import { Touches } from './touches.ts'
import { wishOf } from './wheel.ts'
import type { World } from './world.ts'

type Parts = Readonly<{
  /** What is drawn on; it takes the focus. */
  surface: HTMLElement
  /** The board with its toolbars: keys work anywhere in it. */
  root: HTMLElement
  editor: Editor
  live: LiveChannel
  world: World
  run: (command: BoardCommand) => void
}>

/** Of PointerEvent: a pen's eraser end. */
const eraserButton = 5
const eraserBit = 32

export class BoardInput {
  readonly #parts: Parts
  readonly #touches = new Touches()
  readonly #ended = new AbortController()
  #isSpaceDown = false
  /** The words of what is being copied, or null. */
  #words: string | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    const { surface, root, editor } = parts
    const { signal } = this.#ended
    surface.addEventListener('pointerdown', (event) => this.#down(event), { signal })
    surface.addEventListener('pointermove', (event) => this.#move(event), { signal })
    surface.addEventListener('pointerup', (event) => this.#up(event), { signal })
    surface.addEventListener('pointercancel', (event) => this.#lost(event), { signal })
    surface.addEventListener('lostpointercapture', (event) => this.#lost(event), { signal })
    surface.addEventListener('dblclick', (event) => editor.doubleClick(this.#inputOf(event)), { signal })
    surface.addEventListener('pointerleave', (event) => this.#leave(event), { signal })
    surface.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false })
    root.addEventListener('keydown', (event) => this.#keyDown(event), { signal })
    document.addEventListener('copy', (event) => this.#copy(event), { signal })
    document.addEventListener('cut', (event) => this.#copy(event), { signal })
    document.addEventListener('paste', (event) => this.#paste(event), { signal })
    window.addEventListener('keyup', (event) => this.#keyUp(event), { signal })
    window.addEventListener('blur', () => (this.#isSpaceDown = false), { signal })
    document.addEventListener('visibilitychange', () => this.#hide(), { signal })
  }

  [Symbol.dispose](): void {
    this.#ended.abort()
    this.#touches.clear()
  }

  #down(event: PointerEvent): void {
    const { surface, editor } = this.#parts
    const input = this.#inputOf(event)
    surface.focus({ preventScroll: true })
    // Middle click would start scrolling; touch and pen would send mouse events after.
    event.preventDefault()
    const step = this.#touches.down(input, this.#isSpaceDown)
    if (step.kind === 'ignore') return
    if (step.before !== 'none') editor[step.before]()
    surface.setPointerCapture(event.pointerId)
    if (step.kind === 'pinch') editor.startPinch(step.first, input)
    else if (step.tool === null) editor.pointerDown(input)
    else editor.pointerDown(input, step.tool)
    this.#point(input)
  }

  #move(event: PointerEvent): void {
    const { editor } = this.#parts
    const input = this.#inputOf(event)
    const isGesture = this.#touches.move(input)
    const { pinching } = this.#touches
    if (pinching !== null) {
      if (isGesture) editor.pinch(...pinching)
      return
    }
    if (isGesture) {
      const coalesced = event.getCoalescedEvents().map((each) => this.#inputOf(each))
      const predicted = event.getPredictedEvents().map((each) => this.#inputOf(each))
      editor.pointerMove(coalesced.length === 0 ? [input] : coalesced, predicted)
    }
    if (isGesture || input.kind !== 'touch') this.#point(input)
  }

  #up(event: PointerEvent): void {
    if (!this.#touches.up(event.pointerId)) return
    this.#parts.editor.complete()
    if (event.pointerType === 'touch') this.#unpoint()
  }

  #lost(event: PointerEvent): void {
    if (!this.#touches.up(event.pointerId)) return
    this.#parts.editor.interrupt()
    this.#unpoint()
  }

  #leave(event: PointerEvent): void {
    if (this.#touches.activeId !== event.pointerId) this.#unpoint()
  }

  #hide(): void {
    if (document.visibilityState === 'visible') return
    this.#touches.clear()
    this.#parts.editor.interrupt()
    this.#unpoint()
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    const { editor } = this.#parts
    const wish = wishOf({
      deltaX: event.deltaX,
      deltaY: event.deltaY,
      deltaMode: event.deltaMode,
      ctrl: event.ctrlKey || event.metaKey,
      shift: event.shiftKey,
    })
    if ('pan' in wish) editor.view.panBy(wish.pan.x, wish.pan.y)
    else editor.view.zoomBy(wish.zoomFactor, this.#inputOf(event))
  }

  #keyDown(event: KeyboardEvent): void {
    const { surface, root, editor } = this.#parts
    const { target } = event
    // It closes what is open first, wherever the focus is.
    if (event.key === 'Escape' && root.querySelector("[popover='']:popover-open") !== null) return
    if (event.defaultPrevented || event.isComposing) return
    if (target instanceof HTMLElement && target.closest('input, textarea, [popover], dialog') !== null) return
    // On a button they press the button.
    if ((event.code === 'Space' || event.key === 'Enter') && target !== surface) return
    if (event.code === 'Space') {
      event.preventDefault()
      this.#isSpaceDown = true
      return
    }
    const { key, code, altKey, shiftKey } = event
    const command = commandOf({
      key,
      code,
      ctrl: event.ctrlKey || event.metaKey,
      shift: shiftKey,
      alt: altKey,
    })
    // The browser tells what is in the clipboard only where its own pasting is let be.
    if (command === null || command === 'paste') return
    if (command === 'copy' || command === 'cut') this.#words = wordsOf(editor)
    else event.preventDefault()
    this.#parts.run(command)
  }

  /** What was copied before, elsewhere, is not pasted any more: words take its place on the clipboard. */
  #copy(event: ClipboardEvent): void {
    if (this.#words === null || event.defaultPrevented) return
    event.clipboardData?.setData('text/plain', this.#words)
    event.preventDefault()
    this.#words = null
  }

  /** It comes to whatever the browser holds for chosen; meant is where the focus is. */
  #paste(event: ClipboardEvent): void {
    const { root, editor } = this.#parts
    const { activeElement } = document
    if (event.defaultPrevented || !root.contains(activeElement)) return
    if (activeElement?.closest('input, textarea, [popover], dialog') == null) editor.run('paste')
  }

  #keyUp(event: KeyboardEvent): void {
    if (event.code === 'Space') this.#isSpaceDown = false
  }

  /** This person points here, and the others see it. */
  #point(input: PointerInput): void {
    const { editor, live } = this.#parts
    editor.setPointer(input)
    live.moveCursor(toBoard(editor.camera, input))
  }

  #unpoint(): void {
    const { editor, live } = this.#parts
    if (editor.pointer === null) return
    editor.setPointer(null)
    live.hideCursor()
  }

  #inputOf(event: MouseEvent): PointerInput {
    const { left, top } = this.#parts.surface.getBoundingClientRect()
    const isPointer = event instanceof PointerEvent
    const kind = isPointer ? event.pointerType : 'mouse'
    return {
      x: event.clientX - left,
      y: event.clientY - top,
      id: isPointer ? event.pointerId : -1,
      kind: kind === 'pen' || kind === 'touch' ? kind : 'mouse',
      pressure: isPointer ? event.pressure : 0,
      button: buttonOf(event),
      atMs: this.#parts.world.nowMs(),
      shift: event.shiftKey,
      alt: event.altKey,
      ctrl: event.ctrlKey || event.metaKey,
    }
  }
}

/** What is written in what is chosen; null where nothing is. */
function wordsOf({ selection }: Editor): string | null {
  if (selection.ids.size === 0) return null
  return selection.shapes.flatMap(({ text }) => (text === '' ? [] : text)).join('\n')
}

function buttonOf({ button, buttons }: MouseEvent): PointerInput['button'] {
  if (button === eraserButton || (buttons & eraserBit) !== 0) return 'eraser'
  if (button === 1) return 'middle'
  return button <= 0 ? 'main' : 'other'
}
