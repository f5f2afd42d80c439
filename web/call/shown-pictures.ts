/**
 * `v-shown="{ clientId, name }"` on a video element: the one who sends that picture learns how large it is seen, or that
 * it is not (engine/shown-sizes.ts): its tab is hidden, it is scrolled away, or its part of the room is not in view.
 *
 * Sizes and sight are watched by the window that the element is in: a call may stand in a window of its own.
 */
import type { Directive } from 'vue'
import type { PictureSize } from '#shared/call/shown.ts'
import type { CallEngine } from './engine/call.ts'
import { ShownSizes, type ShownPicture } from './engine/shown-sizes.ts'
import { browserClock } from './engine/browser-world.ts'

const sizes = new ShownSizes(browserClock)

/** From now on this call is told what is shown. */
export function tellShown(engine: CallEngine): void {
  sizes.follow(engine)
}

/** What is not an element, as a recording, shows this picture; null if it does so no more. In pixels of its own. */
export function tellShownAt(place: object, picture: ShownPicture, size: PictureSize | null): void {
  if (size === null) sizes.drop(place)
  else sizes.put(place, picture, size)
}

/** Null is a picture that nobody sends, as one's own. */
export const vShown: Directive<HTMLVideoElement, ShownPicture | null> = {
  mounted(element, { value }) {
    if (value !== null) watches.set(element, new Watch(element, value))
  },
  updated(element, { value }) {
    const watch = watches.get(element)
    if (value !== null && watch?.shows(value) === true) return
    watch?.[Symbol.dispose]()
    watches.delete(element)
    if (value !== null) watches.set(element, new Watch(element, value))
  },
  beforeUnmount(element) {
    watches.get(element)?.[Symbol.dispose]()
    watches.delete(element)
  },
}

const watches = new WeakMap<HTMLVideoElement, Watch>()

class Watch implements Disposable {
  readonly #element: HTMLVideoElement
  readonly #picture: ShownPicture
  readonly #undo = new AbortController()
  #isInSight = true
  /** The element's picture in a window of the browser's. */
  #ownWindow: PictureInPictureWindow | null = null

  constructor(element: HTMLVideoElement, picture: ShownPicture) {
    this.#element = element
    this.#picture = picture
    const { signal } = this.#undo
    const document = element.ownerDocument
    const view = document.defaultView ?? window
    const resizes = new view.ResizeObserver(() => this.#look())
    const sights = new view.IntersectionObserver((entries) => {
      this.#isInSight = entries.at(-1)?.isIntersecting ?? true
      this.#look()
    })
    resizes.observe(element)
    sights.observe(element)
    signal.addEventListener('abort', () => {
      resizes.disconnect()
      sights.disconnect()
    })
    document.addEventListener('visibilitychange', () => this.#look(), { signal })
    element.addEventListener(
      'enterpictureinpicture',
      (event) => {
        this.#ownWindow = event.pictureInPictureWindow
        this.#look()
      },
      { signal },
    )
    element.addEventListener(
      'leavepictureinpicture',
      () => {
        this.#ownWindow = null
        this.#look()
      },
      { signal },
    )
    this.#look()
  }

  shows({ clientId, name }: ShownPicture): boolean {
    return this.#picture.clientId === clientId && this.#picture.name === name
  }

  [Symbol.dispose](): void {
    this.#undo.abort()
    sizes.drop(this)
  }

  #look(): void {
    const { ownerDocument, clientWidth, clientHeight } = this.#element
    const scale = ownerDocument.defaultView?.devicePixelRatio ?? 1
    const isShown = ownerDocument.visibilityState === 'visible' && this.#isInSight
    const { width, height } = this.#ownWindow ?? {
      width: isShown ? clientWidth : 0,
      height: isShown ? clientHeight : 0,
    }
    const isAny = width > 0 && height > 0
    sizes.put(this, this.#picture, isAny ? { width: width * scale, height: height * scale } : null)
  }
}
