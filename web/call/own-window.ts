/**
 * The call outside the page: full screen, or in a small window above all others (W3C Document Picture-in-Picture;
 * where there is none, the large tile's own picture: W3C Picture-in-Picture).
 */
import {
  getCurrentInstance,
  nextTick,
  onBeforeUnmount,
  onMounted,
  shallowRef,
  type AppContext,
  type ShallowRef,
} from 'vue'
import CallMini from './CallMini.vue'
import { renderIn } from './render-in.ts'

type PictureWindow = Readonly<{
  requestWindow(options: Readonly<{ width: number; height: number }>): Promise<Window>
}>

/** CSS px of the window. */
const windowSize = { width: 320, height: 260 }

const ownWindow = shallowRef<Window | null>(null)

const pictureWindow = (globalThis as { documentPictureInPicture?: PictureWindow }).documentPictureInPicture

/** From a press. Takes the call out of the page, or brings it back. */
async function toggle(context: AppContext): Promise<void> {
  if (ownWindow.value !== null) ownWindow.value.close()
  else if (document.pictureInPictureElement !== null) await document.exitPictureInPicture()
  else if (pictureWindow !== undefined) await openWindow(pictureWindow, context)
  else await document.querySelector<HTMLVideoElement>(pictureSelector)?.requestPictureInPicture()
}

/** What is large, or somebody else, or oneself. */
const pictureSelector = '[data-large] video, [data-participant]:not([data-self]) video, [data-self] video'

async function openWindow(from: PictureWindow, context: AppContext): Promise<void> {
  const opened = await from.requestWindow(windowSize)
  for (const sheet of document.querySelectorAll('link[rel="stylesheet"], style'))
    opened.document.head.append(sheet.cloneNode(true))
  opened.document.documentElement.lang = document.documentElement.lang
  const place = opened.document.createElement('div')
  place.className = 'own-window'
  opened.document.body.append(place)
  const unmount = renderIn(context, CallMini, place)
  opened.addEventListener('pagehide', () => {
    unmount()
    ownWindow.value = null
  })
  ownWindow.value = opened
}

export function usePicture(): Readonly<{
  /** The window the call is shown in, outside the page. */
  ownWindow: Readonly<ShallowRef<Window | null>>
  canTakeOut: boolean
  toggle(): Promise<void>
  close(): void
}> {
  const context = getCurrentInstance()?.appContext
  return {
    ownWindow,
    canTakeOut: pictureWindow !== undefined || document.pictureInPictureEnabled,
    toggle: async () => {
      if (context !== undefined) await toggle(context)
    },
    close: () => ownWindow.value?.close(),
  }
}

/** How many things are in view that can end full screen. */
let endersCount = 0

/**
 * Fills the screen with the page, or with one element of it; the page's also ends an element's. Where nothing is in view
 * any more that could end it, it ends by itself.
 */
export function useFullScreen(elementOf?: () => Element | null): Readonly<{
  isFull: Readonly<ShallowRef<boolean>>
  canBeFull: boolean
  toggle(): Promise<void>
}> {
  const isFull = shallowRef(false)
  const isFullNow = (): boolean => {
    const full = document.fullscreenElement
    return full !== null && (elementOf === undefined || full === elementOf())
  }
  const look = (): void => {
    isFull.value = isFullNow()
  }
  onMounted(() => {
    endersCount++
    look()
    document.addEventListener('fullscreenchange', look)
  })
  onBeforeUnmount(() => {
    endersCount--
    document.removeEventListener('fullscreenchange', look)
    // The bar of a phone that is turned gives way to another one.
    void nextTick(() => {
      if (endersCount === 0 && document.fullscreenElement !== null) void document.exitFullscreen()
    })
  })
  return {
    isFull,
    canBeFull: document.fullscreenEnabled,
    async toggle() {
      const element = elementOf === undefined ? document.documentElement : elementOf()
      // The event that tells of it may still be on its way.
      const turned = isFullNow() ? document.exitFullscreen() : element?.requestFullscreen()
      // A browser that does not want to leaves everything as it is.
      await turned?.catch(() => undefined)
    },
  }
}
